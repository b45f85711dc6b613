package dev.loomlet.io;

import java.io.IOException;
import java.io.OutputStream;

/** The writing side of a {@link ByteSink}. */
final class SinkOutputStream extends OutputStream {
  private final ByteSink sink;

  SinkOutputStream(ByteSink sink) {
    this.sink = sink;
  }

  @Override
  public void write(int value) throws IOException {
    sink.write(new byte[] {(byte) value});
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    sink.write(source, offset, length);
  }

  @Override
  public void close() {
    sink.close();
  }
}
