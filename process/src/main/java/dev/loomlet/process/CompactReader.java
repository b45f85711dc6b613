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

  int number() throws IOException {
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
  @Nullable Object value(@Nullable ObjectCodec objects) throws IOException {
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
        int begin = advance(length);
        if (objects == null) {
          throw new IOException("a message has an object where there is none");
        }
        yield objects.read(bytes, begin, length);
      }
      default -> throw new IOException("a message has a value of an unknown kind: " + tag);
    };
  }

  /** A small value that has to be there, and of a class. */
  <T> T value(Class<T> type) throws IOException {
    Object value = value((ObjectCodec) null);
    if (!type.isInstance(value)) {
      throw new IOException("a message has another value than a " + type.getSimpleName());
    }
    return type.cast(value);
  }

  /** A value of the same kind that says nothing. */
  @Nullable Object blank() throws IOException {
    byte tag = peek();
    if (tag == CompactValue.STRING) {
      advance(1 + Integer.BYTES);
      skipBlock();
      return null;
    }
    if (tag == CompactValue.BYTES || tag == CompactValue.OBJECT) {
      advance(1);
      skipBlock();
      return null;
    }
    return zeroFor(value((ObjectCodec) null));
  }

  private void skipBlock() throws IOException {
    int length = number();
    advance(length);
  }

  private static @Nullable Object zeroFor(@Nullable Object value) {
    // No switch over types, as in CompactWriter.
    if (value instanceof Integer) {
      return 0;
    } else if (value instanceof Long) {
      return 0L;
    } else if (value instanceof Boolean) {
      return false;
    } else if (value instanceof Double) {
      return 0.0;
    } else if (value instanceof Byte) {
      return (byte) 0;
    } else if (value instanceof Short) {
      return (short) 0;
    } else if (value instanceof Character) {
      return (char) 0;
    } else if (value instanceof Float) {
      return 0.0f;
    }
    return null;
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
