package dev.loomlet.process;

import java.io.IOException;
import java.util.List;

/** What a process gets that is sent something. */
final class Resent {
  private Resent() {}

  /** Writes and reads an object, as on its way to another process; here both are this one. */
  @SuppressWarnings("unchecked")
  static <T> T of(T object) throws IOException {
    byte[] bytes = ObjectCodec.write(object, "it", 1 << 20);
    return (T)
        new ObjectCodec(Resent.class.getClassLoader(), List.of()).read(bytes, 0, bytes.length);
  }
}
