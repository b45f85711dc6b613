package dev.loomlet.process;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Where the values of a record are read from; believes nothing. */
final class RecordInput {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private final byte[] bytes;
  private int position;

  RecordInput(byte[] bytes) {
    this.bytes = bytes;
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
  }

  private int take(int count) throws IOException {
    int at = position;
    if (count < 0 || count > bytes.length - at) {
      throw new IOException("a message is too short for its record");
    }
    position = at + count;
    return at;
  }

  boolean getBoolean() throws IOException {
    byte value = getByte();
    if (value != 0 && value != 1) {
      throw new IOException("a message has " + value + " where it should have true or false");
    }
    return value == 1;
  }

  byte getByte() throws IOException {
    return bytes[take(1)];
  }

  short getShort() throws IOException {
    return (short) SHORT.get(bytes, take(2));
  }

  int getInt() throws IOException {
    return (int) INT.get(bytes, take(4));
  }

  long getLong() throws IOException {
    return (long) LONG.get(bytes, take(8));
  }

  String getString() throws IOException {
    int length = getInt();
    return new String(bytes, take(length), length, StandardCharsets.UTF_8);
  }

  byte[] getBytes() throws IOException {
    int length = getInt();
    int at = take(length);
    return Arrays.copyOfRange(bytes, at, at + length);
  }

  void requireEnd() throws IOException {
    if (position != bytes.length) {
      throw new IOException("a message is too long for its record");
    }
  }
}
