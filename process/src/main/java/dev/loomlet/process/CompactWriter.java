package dev.loomlet.process;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes in {@link CompactCodec}'s form: big-endian numbers, texts as UTF-8 behind a length. */
final class CompactWriter {
  private static final int ROOM = 64;

  private byte[] bytes = new byte[ROOM];
  private int length;

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  private int reserve(int count) {
    int at = length;
    if (bytes.length - at < count) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(at, count), 2 * bytes.length));
    }
    length = at + count;
    return at;
  }

  void tag(byte tag) {
    // Before the index is taken: it may change the array.
    int at = reserve(1);
    bytes[at] = tag;
  }

  void number(int value) {
    int at = reserve(Integer.BYTES);
    Frame.putInt(bytes, at, value);
  }

  private void number(long value) {
    number((int) (value >>> 32));
    number((int) value);
  }

  void raw(byte[] source) {
    int at = reserve(source.length);
    System.arraycopy(source, 0, bytes, at, source.length);
  }

  /** Text that has no unpaired surrogates, such as a name. */
  void text(String text) {
    block(text.getBytes(StandardCharsets.UTF_8));
  }

  private void block(byte[] source) {
    number(source.length);
    raw(source);
  }

  /** Null or a small value. */
  void value(@Nullable Object value) {
    // No switch: the JDK makes a class for one over types, which takes a child longer than a task.
    if (value == null) {
      tag(CompactValue.NULL);
    } else if (value instanceof Integer i) {
      tagged(CompactValue.INT, i);
    } else if (value instanceof Long l) {
      tagged(CompactValue.LONG, l);
    } else if (value instanceof String s) {
      string(s);
    } else if (value instanceof Boolean b) {
      tag(b ? CompactValue.TRUE : CompactValue.FALSE);
    } else if (value instanceof Double d) {
      tagged(CompactValue.DOUBLE, Double.doubleToRawLongBits(d));
    } else if (value instanceof byte[] b) {
      tag(CompactValue.BYTES);
      block(b);
    } else if (value instanceof Byte b) {
      tagged(CompactValue.BYTE, b);
    } else if (value instanceof Short s) {
      tagged(CompactValue.SHORT, s);
    } else if (value instanceof Character c) {
      tagged(CompactValue.CHAR, c);
    } else if (value instanceof Float f) {
      tagged(CompactValue.FLOAT, Float.floatToRawIntBits(f));
    } else {
      throw new IllegalArgumentException("no small value: " + value.getClass());
    }
  }

  private void tagged(byte tag, int value) {
    tag(tag);
    number(value);
  }

  private void tagged(byte tag, long value) {
    tag(tag);
    number(value);
  }

  /** As it is, whatever its characters are. */
  private void string(String text) {
    if (isWhole(text)) {
      tag(CompactValue.STRING);
      number(1);
      text(text);
    } else {
      tag(CompactValue.STRING);
      number(2);
      number(2 * text.length());
      for (int i = 0; i < text.length(); i++) {
        tag((byte) (text.charAt(i) >>> 8));
        tag((byte) text.charAt(i));
      }
    }
  }

  /** Whether it has no half of a surrogate pair, for which UTF-8 has no bytes. */
  private static boolean isWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
