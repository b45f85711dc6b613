package dev.loomlet.process;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A kind of component of a record, and how it is written. */
enum RecordPart {
  BOOLEAN,
  BYTE,
  SHORT,
  CHAR,
  INT,
  LONG,
  FLOAT,
  DOUBLE,
  STRING,
  BYTES,
  ENUM,
  /** Is written by what it consists of. */
  RECORD;

  static boolean isKnown(Class<?> type) {
    return find(type) != null;
  }

  /** That of a class which is known. */
  static RecordPart of(Class<?> type) {
    RecordPart found = find(type);
    if (found == null) {
      throw new IllegalArgumentException("a record cannot be sent with a " + type.getTypeName());
    }
    return found;
  }

  private static @Nullable RecordPart find(Class<?> type) {
    if (type.isEnum()) {
      return ENUM;
    }
    return switch (type.getTypeName()) {
      case "boolean", "java.lang.Boolean" -> BOOLEAN;
      case "byte", "java.lang.Byte" -> BYTE;
      case "short", "java.lang.Short" -> SHORT;
      case "char", "java.lang.Character" -> CHAR;
      case "int", "java.lang.Integer" -> INT;
      case "long", "java.lang.Long" -> LONG;
      case "float", "java.lang.Float" -> FLOAT;
      case "double", "java.lang.Double" -> DOUBLE;
      case "java.lang.String" -> STRING;
      case "byte[]" -> BYTES;
      default -> null;
    };
  }

  @SuppressWarnings("EnumOrdinal") // both processes have the same class
  void write(@Nullable Object value, RecordOutput out) {
    out.putBoolean(value != null);
    switch (value) {
      case null -> {}
      case Boolean b -> out.putBoolean(b);
      case Byte b -> out.putByte(b);
      case Short s -> out.putShort(s);
      case Character c -> out.putShort((short) (char) c);
      case Integer i -> out.putInt(i);
      case Long l -> out.putLong(l);
      case Float f -> out.putInt(Float.floatToRawIntBits(f));
      case Double d -> out.putLong(Double.doubleToRawLongBits(d));
      case String s -> out.putString(s);
      case byte[] b -> out.putBytes(b);
      case Enum<?> e -> out.putInt(e.ordinal());
      default -> throw new AssertionError("not known: " + value.getClass());
    }
  }

  @Nullable Object read(Class<?> type, RecordInput in) throws IOException {
    if (!in.getBoolean()) {
      if (type.isPrimitive()) {
        throw new IOException("a message has no value for a " + type);
      }
      return null;
    }
    return switch (this) {
      case BOOLEAN -> in.getBoolean();
      case BYTE -> in.getByte();
      case SHORT -> in.getShort();
      case CHAR -> (char) in.getShort();
      case INT -> in.getInt();
      case LONG -> in.getLong();
      case FLOAT -> Float.intBitsToFloat(in.getInt());
      case DOUBLE -> Double.longBitsToDouble(in.getLong());
      case STRING -> in.getString();
      case BYTES -> in.getBytes();
      case ENUM -> constant(type, in.getInt());
      case RECORD -> throw new AssertionError("is read by what it consists of");
    };
  }

  private static Object constant(Class<?> type, int ordinal) throws IOException {
    Object[] all = type.getEnumConstants();
    if (ordinal < 0 || ordinal >= all.length) {
      throw new IOException("a message has no " + type.getName() + ": number " + ordinal);
    }
    return all[ordinal];
  }
}
