package dev.loomlet.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The JDK's serialisation.
 *
 * @param type of the objects
 * @param allowed besides what always is
 */
record SerializedFormat<T>(Class<T> type, List<String> allowed) implements MessageFormat<T> {
  SerializedFormat(Class<T> type, String... allowed) {
    this(type, withOwn(type, allowed));
  }

  SerializedFormat {
    allowed = List.copyOf(allowed);
    allowed.forEach(ObjectFilter::check);
  }

  private static List<String> withOwn(Class<?> type, String... allowed) {
    List<String> all = new ArrayList<>(List.of(allowed));
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    if (!element.isPrimitive()) {
      all.add(ObjectFilter.patternOf(element));
    }
    return all;
  }

  @Override
  public byte[] write(T object) {
    return ObjectCodec.write(object, "the message", Integer.MAX_VALUE);
  }

  @Override
  public T read(byte[] bytes) throws IOException {
    Object read = new ObjectCodec(type.getClassLoader(), allowed).read(bytes, 0, bytes.length);
    if (!type.isInstance(read)) {
      throw new IOException(
          "a message is no "
              + type.getName()
              + " but "
              + (read == null ? "null" : "a " + read.getClass().getName()));
    }
    return type.cast(read);
  }
}
