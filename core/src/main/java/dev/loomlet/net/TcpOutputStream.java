package dev.loomlet.net;

import java.io.IOException;
import java.io.OutputStream;

/** The writing side of a {@link TcpStream}. */
final class TcpOutputStream extends OutputStream {
  private final TcpStream stream;

  TcpOutputStream(TcpStream stream) {
    this.stream = stream;
  }

  @Override
  public void write(int value) throws IOException {
    stream.write(new byte[] {(byte) value});
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    stream.write(source, offset, length);
  }

  @Override
  public void close() {
    stream.close();
  }
}
