package dev.loomlet.process;

import java.nio.ByteBuffer;

/** What is left in a buffer. */
record BufferFormat() implements MessageFormat<ByteBuffer> {
  @Override
  public byte[] write(ByteBuffer object) {
    byte[] bytes = new byte[object.remaining()];
    object.get(object.position(), bytes);
    return bytes;
  }

  @Override
  public ByteBuffer read(byte[] bytes) {
    return ByteBuffer.wrap(bytes);
  }
}
