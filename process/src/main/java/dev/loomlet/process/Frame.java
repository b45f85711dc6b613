package dev.loomlet.process;

import java.io.IOException;
import java.util.Arrays;

/**
 * A message between parent and child: four bytes of length, one of kind, eight of a number, then
 * the contents. The length counts what comes after it.
 *
 * @param kind one of the constants
 * @param number of the task it is about; 0 if it is about none
 * @param content the rest
 */
@SuppressWarnings("ArrayRecordComponent") // lives from the pipe to whoever reads it
record Frame(byte kind, long number, byte[] content) {
  /** Changes with whatever is written differently. */
  static final int VERSION = 4;

  /** To the child, first of all, and again when tasks need more classes: {@link Hello}. */
  static final byte HELLO = 1;

  /** To the child: the action to run, then to end. */
  static final byte RUN = 2;

  /** To the child: the class whose main method to run, and its arguments. */
  static final byte MAIN = 3;

  /** To the child: a task, to be answered. */
  static final byte CALL = 4;

  /** From the child: how many microseconds a task took, then its result. */
  static final byte RESULT = 5;

  /** From the child: how many microseconds a task took, then its error. */
  static final byte ERROR = 6;

  /** From the child: the error that ends the process. */
  static final byte LAST_WORDS = 7;

  /** To the child: what to load while it waits, to be answered: {@link Preload}. */
  static final byte PRELOAD = 8;

  static final int LENGTH = 4;
  static final int HEADER = 13;

  /** A child's first messages hold a program's classes and have no other limit. */
  static final int LARGEST = 1 << 30;

  /** The bytes of a frame. */
  static byte[] encode(byte kind, long number, byte[] content) {
    byte[] all = new byte[HEADER + content.length];
    putHeader(all, kind, number);
    System.arraycopy(content, 0, all, HEADER, content.length);
    return all;
  }

  /** The bytes of two frames. */
  static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** The bytes of an answer, whose content begins with a number of four bytes. */
  static byte[] encode(byte kind, long number, int first, byte[] rest) {
    byte[] all = new byte[HEADER + Integer.BYTES + rest.length];
    putHeader(all, kind, number);
    putInt(all, HEADER, first);
    System.arraycopy(rest, 0, all, HEADER + Integer.BYTES, rest.length);
    return all;
  }

  private static void putHeader(byte[] all, byte kind, long number) {
    putInt(all, 0, all.length - LENGTH);
    all[LENGTH] = kind;
    putInt(all, LENGTH + 1, (int) (number >>> 32));
    putInt(all, LENGTH + 5, (int) number);
  }

  /** The frame that begins at an offset, and is there as a whole. */
  static Frame decode(byte[] bytes, int offset) {
    int length = getInt(bytes, offset) - (HEADER - LENGTH);
    long high = getInt(bytes, offset + LENGTH + 1);
    long number = high << 32 | (getInt(bytes, offset + LENGTH + 5) & 0xffff_ffffL);
    byte[] content = new byte[length];
    System.arraycopy(bytes, offset + HEADER, content, 0, length);
    return new Frame(bytes[offset + LENGTH], number, content);
  }

  /**
   * The length of what follows the four bytes.
   *
   * @throws IOException if it cannot be that
   */
  static int checkedLength(byte[] bytes, int offset, int most) throws IOException {
    int length = getInt(bytes, offset);
    if (length < HEADER - LENGTH || length - (HEADER - LENGTH) > most) {
      throw new IOException(
          "a message says that it has "
              + Integer.toUnsignedString(length)
              + " bytes, and may have "
              + (HEADER - LENGTH)
              + " to "
              + most);
    }
    return length;
  }

  static int getInt(byte[] bytes, int offset) {
    return (bytes[offset] & 0xff) << 24
        | (bytes[offset + 1] & 0xff) << 16
        | (bytes[offset + 2] & 0xff) << 8
        | (bytes[offset + 3] & 0xff);
  }

  static void putInt(byte[] bytes, int offset, int value) {
    bytes[offset] = (byte) (value >>> 24);
    bytes[offset + 1] = (byte) (value >>> 16);
    bytes[offset + 2] = (byte) (value >>> 8);
    bytes[offset + 3] = (byte) value;
  }
}
