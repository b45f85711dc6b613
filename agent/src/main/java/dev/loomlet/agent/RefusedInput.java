package dev.loomlet.agent;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Standard input, of which code of a simulation gets nothing. */
final class RefusedInput extends FilterInputStream {
  RefusedInput(InputStream real) {
    super(real);
  }

  @Override
  public int read() throws IOException {
    Escapes.refuse(Escapes.STANDARD_INPUT);
    return super.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Escapes.refuse(Escapes.STANDARD_INPUT);
    return super.read(bytes, offset, length);
  }

  @Override
  public long skip(long count) throws IOException {
    Escapes.refuse(Escapes.STANDARD_INPUT);
    return super.skip(count);
  }

  @Override
  public int available() throws IOException {
    Escapes.refuse(Escapes.STANDARD_INPUT);
    return super.available();
  }
}
