package dev.loomlet.process;

import java.io.IOException;

/**
 * A {@code boolean} that processes share: Python's {@code multiprocessing.Value}, {@code
 * AtomicBoolean} between processes. Capture it in the lambda of a child or of a task, and both have
 * the same one. Every operation is atomic and none waits; to wait for one there is {@link
 * SharedEvent}.
 */
public final class SharedBoolean extends SharedValue {
  private static final long serialVersionUID = 1;

  private SharedBoolean() throws IOException {}

  /**
   * Creates one.
   *
   * @throws IOException if there is no shared memory left
   */
  public static SharedBoolean create(boolean value) throws IOException {
    SharedBoolean created = new SharedBoolean();
    created.set(value);
    return created;
  }

  private static long of(boolean value) {
    return value ? 1 : 0;
  }

  /** The value. */
  public boolean get() {
    return words().getLong(VALUE) != 0;
  }

  /** Sets it. */
  public void set(boolean value) {
    words().setLong(VALUE, of(value));
  }

  /** Sets it, and returns what it was. */
  public boolean getAndSet(boolean value) {
    return words().getAndSetLong(VALUE, of(value)) != 0;
  }

  /** Sets it if it is what is expected, and returns whether it was. */
  public boolean compareAndSet(boolean expected, boolean value) {
    return words().compareAndSetLong(VALUE, of(expected), of(value));
  }

  @Override
  public String toString() {
    return Boolean.toString(get());
  }
}
