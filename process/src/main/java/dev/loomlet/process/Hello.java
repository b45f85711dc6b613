package dev.loomlet.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a child is told first.
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(Frame.VERSION);
      write(self, out);
      write(parent, out);
      out.writeInt(maxMessage);
      out.writeInt(allowed.size());
      for (String each : allowed) {
        out.writeUTF(each);
      }
      code.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("a class path or name is too long for a child", e);
    }
    return bytes.toByteArray();
  }

  private static void write(ProcessInfo info, DataOutputStream out) throws IOException {
    out.writeUTF(info.name());
    out.writeLong(info.pid());
    out.writeLong(info.parentPid());
    out.writeBoolean(info.daemon());
  }

  private static ProcessInfo read(DataInputStream in) throws IOException {
    return new ProcessInfo(in.readUTF(), in.readLong(), in.readLong(), in.readBoolean());
  }

  static Hello fromBytes(byte[] content) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
      int version = in.readInt();
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
      int maxMessage = in.readInt();
      List<String> allowed = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        allowed.add(in.readUTF());
      }
      return new Hello(self, parent, maxMessage, allowed, ProgramCode.readFrom(in));
    }
  }
}
