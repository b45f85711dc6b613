package dev.loomlet.process;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.util.ArrayList;
import java.util.List;

/** The JDK's serialisation. */
final class SerializedFormat<T> implements MessageFormat<T> {
  private static final long serialVersionUID = 1;

  private final Class<T> type;
  private final List<String> allowed;
  private transient ObjectCodec codec;

  SerializedFormat(Class<T> type, String... allowed) {
    this.type = type;
    this.allowed = List.of(allowed);
    this.allowed.forEach(ObjectFilter::check);
    this.codec = createCodec();
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    codec = createCodec();
  }

  private ObjectCodec createCodec() {
    List<String> all = new ArrayList<>(allowed);
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    if (!element.isPrimitive()) {
      all.add(ObjectFilter.patternOf(element));
    }
    ClassLoader own = type.getClassLoader();
    ClassLoader loader = own == null ? Thread.currentThread().getContextClassLoader() : own;
    return new ObjectCodec(loader, all);
  }

  @Override
  public byte[] write(T object) {
    return ObjectCodec.write(object, "the message", Integer.MAX_VALUE);
  }

  @Override
  public T read(byte[] bytes) throws IOException {
    Object read = codec.read(bytes, 0, bytes.length);
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
