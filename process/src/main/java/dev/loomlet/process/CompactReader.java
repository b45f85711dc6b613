package dev.loomlet.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads what {@link CompactWriter} has written, and believes none of it. */
final class CompactReader {
  private final byte[] bytes;
  private final int end;
  private int at;

  CompactReader(byte[] bytes, int begin, int end) {
    this.bytes = bytes;
    this.at = begin;
    this.end = end;
  }

  private int advance(int count) throws IOException {
    int from = at;
    if (count < 0 || count > end - from) {
      throw new IOException("a message ends in the middle of a value");
    }
    at = from + count;
    return from;
  }

  /** The next byte, which stays the next one. */
  byte peek() throws IOException {
    byte tag = tag();
    at--;
    return tag;
  }

  byte tag() throws IOException {
    return bytes[advance(1)];
  }

  private int number() throws IOException {
    return Frame.getInt(bytes, advance(Integer.BYTES));
  }

  private long longNumber() throws IOException {
    long high = number();
    return high << 32 | (number() & 0xffff_ffffL);
  }

  /** A number of things that take a byte each at least. */
  int count() throws IOException {
    int count = number();
    if (count < 0 || count > end - at) {
      throw new IOException("a message has a number that cannot be right: " + count);
    }
    return count;
  }

  String text() throws IOException {
    int length = number();
    return new String(bytes, advance(length), length, StandardCharsets.UTF_8);
  }

  CompactCodec.Shape.Key shape() throws IOException {
    int length = number();
    int begin = advance(length);
    return new CompactCodec.Shape.Key(bytes, begin, begin + length);
  }

  /** A value that is no lambda. */
  @Nullable Object value(ObjectCodec objects) throws IOException {
    byte tag = tag();
    return switch (tag) {
      case CompactValue.NULL -> null;
      case CompactValue.FALSE -> false;
      case CompactValue.TRUE -> true;
      case CompactValue.BYTE -> (byte) number();
      case CompactValue.SHORT -> (short) number();
      case CompactValue.CHAR -> (char) number();
      case CompactValue.INT -> number();
      case CompactValue.FLOAT -> Float.intBitsToFloat(number());
      case CompactValue.LONG -> longNumber();
      case CompactValue.DOUBLE -> Double.longBitsToDouble(longNumber());
      case CompactValue.STRING -> string();
      case CompactValue.BYTES -> {
        int length = number();
        int begin = advance(length);
        yield Arrays.copyOfRange(bytes, begin, begin + length);
      }
      case CompactValue.OBJECT -> {
        int length = number();
        yield objects.read(bytes, advance(length), length);
      }
      default -> throw new IOException("a message has a value of an unknown kind: " + tag);
    };
  }

  private String string() throws IOException {
    if (number() == 1) {
      return text();
    }
    int length = number();
    int begin = advance(length);
    // As they are: a decoder would replace halves of pairs.
    char[] characters = new char[length / 2];
    for (int i = 0; i < characters.length; i++) {
      characters[i] = (char) (bytes[begin + 2 * i] << 8 | (bytes[begin + 2 * i + 1] & 0xff));
    }
    return new String(characters);
  }
}
