package dev.loomlet.net;

import java.io.IOException;
import java.io.InputStream;

/** The reading side of a {@link TcpStream}. */
final class TcpInputStream extends InputStream {
  private final TcpStream stream;

  TcpInputStream(TcpStream stream) {
    this.stream = stream;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return stream.read(one) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return stream.read(target, offset, length);
  }

  @Override
  public void close() {
    stream.close();
  }
}
