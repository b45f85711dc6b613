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
  private transient ObjectStreams streams;

  SerializedFormat(Class<T> type, String... allowed) {
    this.type = type;
    this.allowed = List.of(allowed);
    this.allowed.forEach(ObjectFilter::check);
    this.streams = createStreams();
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    streams = createStreams();
  }

  private ObjectStreams createStreams() {
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
    return new ObjectStreams(new ObjectCodec(loader, all));
  }

  @Override
  public byte[] write(T object) {
    return streams.write(object, "the message");
  }

  @Override
  public T read(byte[] bytes) throws IOException {
    Object read = streams.read(bytes);
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
