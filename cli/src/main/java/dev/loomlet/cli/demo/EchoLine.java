package dev.loomlet.cli.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;

/** What one client sends, and what must come back: a line that no other client ever sends. */
final class EchoLine {
  /** Bytes of a line, its end included. */
  static final int LENGTH = 64;

  private static final int DIGITS = 8;

  /** Index behind the last digit of the number that is counted up. */
  private static final int NUMBER_END = "client 000000 ".length() + DIGITS;

  private final byte[] request = new byte[LENGTH];
  private final byte[] expected = new byte[LENGTH];

  EchoLine(int client) {
    String text =
        String.format(Locale.ROOT, "client %06d %0" + DIGITS + "d ", client, 0)
            + "straight-line code waits and switches";
    String line = String.format(Locale.ROOT, "%-" + (LENGTH - 1) + "s\n", text);
    copy(line, request);
    copy(line.toUpperCase(Locale.ROOT), expected);
  }

  private static void copy(String text, byte[] target) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, target, 0, LENGTH);
  }

  /** Counts up the number in the line. */
  void next() {
    for (int i = NUMBER_END - 1; i >= NUMBER_END - DIGITS; i--) {
      byte digit = request[i];
      boolean carry = digit == '9';
      byte next = carry ? (byte) '0' : (byte) (digit + 1);
      request[i] = next;
      expected[i] = next;
      if (!carry) {
        return;
      }
    }
  }

  /** To be sent; the same array each time. */
  byte[] request() {
    return request;
  }

  /** To be received; the same array each time. */
  byte[] expected() {
    return expected;
  }
}
