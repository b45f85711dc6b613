package dev.loomlet.process;

import java.io.IOException;
import org.apache.fory.Fory;
import org.apache.fory.exception.ForyException;
import org.jspecify.annotations.Nullable;

/** Apache Fory's serialisation, of registered classes only. */
final class ForyFormat<T> implements MessageFormat<T> {
  private static final long serialVersionUID = 1;

  private final Class<T> type;
  private final Class<?>[] others;

  /** One at a time uses it: what it generates should not be generated for each greenlet. */
  private transient @Nullable Fory fory;

  ForyFormat(Class<T> type, Class<?>... others) {
    this.type = type;
    this.others = others.clone();
    Fory _ = fory();
  }

  private synchronized Fory fory() {
    Fory own = fory;
    if (own == null) {
      own = create();
      fory = own;
    }
    return own;
  }

  private Fory create() {
    try {
      Fory created =
          Fory.builder()
              .withXlang(false)
              .withCompatible(false)
              .withRefTracking(true)
              .requireClassRegistration(true)
              .withClassLoader(
                  type.getClassLoader() == null
                      ? ClassLoader.getSystemClassLoader()
                      : type.getClassLoader())
              .build();
      created.register(type);
      for (Class<?> each : others) {
        created.register(each);
      }
      return created;
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "Apache Fory is not on the class path; add org.apache.fory:fory-core", e);
    }
  }

  @Override
  public synchronized byte[] write(T object) {
    try {
      return fory().serialize(object);
    } catch (ForyException | IllegalArgumentException e) {
      throw new UnserializableException(
          "Fory cannot write the message: " + e.getMessage() + "; name all its classes", e);
    }
  }

  @Override
  public synchronized T read(byte[] bytes) throws IOException {
    Object read;
    try {
      read = fory().deserialize(bytes);
    } catch (RuntimeException e) {
      throw new IOException("Fory cannot read a message: " + e, e);
    }
    if (!type.isInstance(read)) {
      throw new IOException("a message is no " + type.getName());
    }
    return type.cast(read);
  }
}
