package dev.loomlet.io;

/** How the length of a frame is written in front of it. Lengths are unsigned. */
public enum LengthPrefix {
  /** One byte: up to 255. */
  ONE_BYTE(1, false),
  /** Two bytes, the most significant first: up to 65,535. */
  TWO_BYTES(2, false),
  /** Two bytes, the least significant first. */
  TWO_BYTES_LITTLE_ENDIAN(2, true),
  /** Four bytes, the most significant first. */
  FOUR_BYTES(4, false),
  /** Four bytes, the least significant first. */
  FOUR_BYTES_LITTLE_ENDIAN(4, true),
  /** Eight bytes, the most significant first. */
  EIGHT_BYTES(8, false),
  /** Eight bytes, the least significant first. */
  EIGHT_BYTES_LITTLE_ENDIAN(8, true),
  /**
   * Seven bits a byte, the least significant first, the top bit set in all but the last byte, as in
   * Protocol Buffers and LEB128: 1 to 10 bytes.
   */
  VARINT(10, true);

  /** The most bytes that a prefix has. */
  static final int LONGEST = 10;

  private static final int MORE = 0x80;
  private static final int LOW_BITS = 0x7f;

  private final int size;
  private final boolean littleEndian;

  LengthPrefix(int size, boolean littleEndian) {
    this.size = size;
    this.littleEndian = littleEndian;
  }

  /** The longest frame that can be announced. */
  long largest() {
    return size >= Long.BYTES ? Long.MAX_VALUE : (1L << (size * Byte.SIZE)) - 1;
  }

  /**
   * How many bytes a prefix has.
   *
   * @param available how many there are
   * @return 0 if that cannot be told yet
   */
  int sizeOf(byte[] bytes, int offset, int available) {
    if (this != VARINT) {
      return size;
    }
    for (int i = 0; i < Math.min(available, size); i++) {
      if ((bytes[offset + i] & MORE) == 0) {
        return i + 1;
      }
    }
    return available >= size ? size : 0;
  }

  /** Reads a whole prefix; negative if the length is 2<sup>63</sup> or more. */
  long decode(byte[] bytes, int offset, int length) {
    long value = 0;
    if (this == VARINT) {
      for (int i = 0; i < length; i++) {
        value |= (long) (bytes[offset + i] & LOW_BITS) << (7 * i);
      }
      boolean tooLong = length == size && (bytes[offset + length - 1] & 0xff) > 1;
      return tooLong ? -1 : value;
    }
    for (int i = 0; i < length; i++) {
      int at = littleEndian ? length - 1 - i : i;
      value = value << Byte.SIZE | (bytes[offset + at] & 0xff);
    }
    return value;
  }

  /**
   * Writes a prefix.
   *
   * @param bytes with room for {@link #LONGEST}
   * @return how many bytes it has
   */
  int encode(long length, byte[] bytes) {
    if (this == VARINT) {
      int n = 0;
      long rest = length;
      while (rest >= MORE) {
        bytes[n++] = (byte) (rest | MORE);
        rest >>>= 7;
      }
      bytes[n++] = (byte) rest;
      return n;
    }
    for (int i = 0; i < size; i++) {
      int at = littleEndian ? i : size - 1 - i;
      bytes[at] = (byte) (length >>> (i * Byte.SIZE));
    }
    return size;
  }
}
