package dev.loomlet.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a child is told first. Not by the JDK's streams of data, which would set up method handles
 * for numbers.
 *
 * @param self what it is
 * @param parent whose it is
 * @param maxMessage bytes of a result at most
 * @param allowed patterns of {@link ProcessOptions#allowed}
 * @param code where its classes are
 */
record Hello(
    ProcessInfo self, ProcessInfo parent, int maxMessage, List<String> allowed, ProgramCode code) {

  byte[] toBytes() {
    CompactWriter out = new CompactWriter();
    out.number(Frame.VERSION);
    write(self, out);
    write(parent, out);
    out.value(maxMessage);
    out.value(allowed.size());
    for (String each : allowed) {
      out.value(each);
    }
    code.writeTo(out);
    return out.toBytes();
  }

  private static void write(ProcessInfo info, CompactWriter out) {
    out.value(info.name());
    out.value(info.pid());
    out.value(info.parentPid());
    out.value(info.daemon());
  }

  private static ProcessInfo read(CompactReader in) throws IOException {
    return new ProcessInfo(
        in.value(String.class),
        in.value(Long.class),
        in.value(Long.class),
        in.value(Boolean.class));
  }

  static Hello fromBytes(byte[] content) throws IOException {
    CompactReader in = new CompactReader(content, 0, content.length);
    int version = in.number();
    if (version != Frame.VERSION) {
      throw new IOException(
          "the parent speaks version "
              + version
              + " of the protocol, and this child "
              + Frame.VERSION
              + "; both need the same loomlet-process");
    }
    ProcessInfo self = read(in);
    ProcessInfo parent = read(in);
    int maxMessage = in.value(Integer.class);
    List<String> allowed = new ArrayList<>();
    for (int i = in.value(Integer.class); i > 0; i--) {
      allowed.add(in.value(String.class));
    }
    return new Hello(self, parent, maxMessage, allowed, ProgramCode.readFrom(in));
  }
}
