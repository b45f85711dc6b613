package dev.loomlet.process;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Where the values of a record are written; grows. */
final class RecordOutput {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);
  private static final int FIRST_ROOM = 128;

  private byte[] bytes = new byte[FIRST_ROOM];
  private int size;

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
  }

  private int room(int count) {
    int at = size;
    if (count > bytes.length - at) {
      if (count > Integer.MAX_VALUE - 8 - at) {
        throw new UnserializableException("a record is larger than any message", null);
      }
      int least = at + count;
      bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(least, 2L * at), Integer.MAX_VALUE - 8));
    }
    size = at + count;
    return at;
  }

  void putBoolean(boolean value) {
    putByte((byte) (value ? 1 : 0));
  }

  void putByte(byte value) {
    int at = room(1);
    bytes[at] = value;
  }

  void putShort(short value) {
    int at = room(2);
    SHORT.set(bytes, at, value);
  }

  void putInt(int value) {
    int at = room(4);
    INT.set(bytes, at, value);
  }

  void putLong(long value) {
    int at = room(8);
    LONG.set(bytes, at, value);
  }

  void putString(String value) {
    putBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  void putBytes(byte[] value) {
    putInt(value.length);
    int at = room(value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
