package dev.loomlet.process;

/** Bytes as they are. */
record BytesFormat() implements MessageFormat<byte[]> {
  @Override
  public byte[] write(byte[] object) {
    return object;
  }

  @Override
  public byte[] read(byte[] bytes) {
    return bytes;
  }
}
