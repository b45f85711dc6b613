package dev.loomlet.process;

/** The first bytes of values in {@link CompactCodec}'s form. */
final class CompactValue {
  static final byte NULL = 1;
  static final byte FALSE = 2;
  static final byte TRUE = 3;
  static final byte BYTE = 4;
  static final byte CHAR = 5;
  static final byte SHORT = 6;
  static final byte INT = 7;
  static final byte LONG = 8;
  static final byte FLOAT = 9;
  static final byte DOUBLE = 10;
  static final byte STRING = 11;
  static final byte BYTES = 12;
  static final byte LAMBDA = 13;

  /** Only in a lambda: a length, then a stream of the JDK's. */
  static final byte OBJECT = 14;

  private CompactValue() {}

  /** Whether a message begins so; a stream of the JDK's begins with 0xAC. */
  static boolean isTag(byte first) {
    return first >= NULL && first <= LAMBDA;
  }

  static boolean isSmall(Object object) {
    return object instanceof Integer
        || object instanceof Long
        || object instanceof String
        || object instanceof Boolean
        || object instanceof Double
        || object instanceof byte[]
        || object instanceof Byte
        || object instanceof Character
        || object instanceof Short
        || object instanceof Float;
  }
}
