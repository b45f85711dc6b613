package dev.loomlet.io;

import java.io.IOException;
import java.io.InputStream;

/** The reading side of a {@link ByteSource}. */
final class SourceInputStream extends InputStream {
  private final ByteSource source;

  SourceInputStream(ByteSource source) {
    this.source = source;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return source.read(one) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return source.read(target, offset, length);
  }

  @Override
  public void close() {
    source.close();
  }
}
