package dev.loomlet.bench.peers;

import java.nio.ByteBuffer;

/**
 * ASCII upper-casing, eight bytes at a time, so that no server is measured by its loop over bytes.
 */
final class Upper {
  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Upper() {}

  /** Changes what lies between two positions of a buffer, which stays as it is otherwise. */
  static void upper(ByteBuffer bytes, int from, int end) {
    int i = from;
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      bytes.putLong(i, upper(bytes.getLong(i)));
    }
    for (; i < end; i++) {
      bytes.put(i, upper(bytes.get(i)));
    }
  }

  static byte upper(byte c) {
    return c >= 'a' && c <= 'z' ? (byte) (c - 32) : c;
  }

  /** No sum carries into the next byte, since the high bits are left out of it. */
  static long upper(long eight) {
    long low = eight & ~HIGH_BITS;
    long fromA = low + (0x80 - 'a') * EACH;
    long beyondZ = low + (0x7f - 'z') * EACH;
    long letters = (fromA ^ beyondZ) & ~eight & HIGH_BITS;
    return eight ^ (letters >>> 2);
  }
}
