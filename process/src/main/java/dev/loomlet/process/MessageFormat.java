package dev.loomlet.process;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * How objects become bytes on their way to another process, and objects again. Part of what is sent
 * to the other process, so that both sides have the same.
 *
 * <p>What is read comes from another process: {@link #read} makes nothing of what it does not know.
 *
 * @param <T> the objects
 */
public interface MessageFormat<T> extends Serializable {

  /**
   * Writes an object. Does not wait.
   *
   * @throws UnserializableException if it cannot be written
   */
  byte[] write(T object);

  /**
   * Reads an object. Does not wait.
   *
   * @param bytes as {@link #write} has returned them; not kept
   * @throws IOException if they are anything else, or have what is not allowed
   */
  T read(byte[] bytes) throws IOException;

  /**
   * What suits a class: {@link #bytes}, {@link #buffers}, {@link #records}, or else {@link
   * #serialized}.
   *
   * @param type of all objects
   */
  @SuppressWarnings("unchecked") // each is asked for by its class
  static <T> MessageFormat<T> of(Class<T> type) {
    if (type == byte[].class) {
      return (MessageFormat<T>) bytes();
    }
    if (type == ByteBuffer.class) {
      return (MessageFormat<T>) buffers();
    }
    if (RecordFormat.fits(type)) {
      return new RecordFormat<>(type);
    }
    return serialized(type);
  }

  /** Bytes as they are. */
  static MessageFormat<byte[]> bytes() {
    return new BytesFormat();
  }

  /**
   * The bytes of a buffer from its position to its limit, which stay; a buffer of its own comes
   * out, big-endian, with an array.
   */
  static MessageFormat<ByteBuffer> buffers() {
    return new BufferFormat();
  }

  /**
   * Records of primitive values, their boxes, strings, enums, {@code byte[]} and such records:
   * component after component, without serialisation. Both processes must have the same class.
   *
   * @throws IllegalArgumentException if it has another component
   */
  static <R extends Record> MessageFormat<R> records(Class<R> type) {
    RecordFormat.requireFit(type);
    return new RecordFormat<>(type);
  }

  /**
   * The JDK's serialisation, read through a filter: values, collections and exceptions of the JDK,
   * the package of the class, and what else is allowed.
   *
   * @param type of the objects; its class loader finds the classes of what is in them, or the
   *     thread's context class loader if it is one of the JDK's
   * @param allowed more classes: as {@link ProcessOptions#withAllowed}
   */
  static <T> MessageFormat<T> serialized(Class<T> type, String... allowed) {
    return new SerializedFormat<>(type, allowed);
  }

  /**
   * Apache Fory's serialisation, which is faster than the JDK's. The library {@code
   * org.apache.fory:fory-core} must be on the class path of all processes. Only classes that are
   * named here can be written and read, in this order on both sides.
   *
   * @param type of the objects
   * @param others that are in them, but for those of the JDK that Fory knows
   * @throws IllegalStateException if the library is missing; says which
   */
  static <T> MessageFormat<T> fory(Class<T> type, Class<?>... others) {
    return new ForyFormat<>(type, others);
  }
}
