package dev.loomlet.process;

import java.io.Serializable;

/**
 * A number that a {@link SharedManager} keeps. Each operation is atomic, waits for the manager, and
 * throws an {@code UncheckedIOException} if that is gone.
 */
public final class ManagedCounter implements Serializable {
  private static final long serialVersionUID = 1;

  private final ManagedObject object;

  ManagedCounter(ManagedObject object) {
    this.object = object;
  }

  /** The number. */
  public long get() {
    return object.askLong(ManagerOperation.COUNTER_GET);
  }

  /** Sets it. */
  public void set(long value) {
    object.ask(ManagerOperation.COUNTER_SET, value);
  }

  /** Adds, and returns the sum. */
  public long addAndGet(long difference) {
    return object.askLong(ManagerOperation.COUNTER_ADD, difference);
  }

  /** Adds one, and returns the sum. */
  public long incrementAndGet() {
    return addAndGet(1);
  }

  /** Sets it if it is what is expected, and returns whether it was. */
  public boolean compareAndSet(long expected, long value) {
    return object.askBoolean(ManagerOperation.COUNTER_COMPARE_AND_SET, expected, value);
  }

  @Override
  public String toString() {
    return "ManagedCounter[" + object.number() + "]";
  }

  /** Where it is. */
  ManagedObject object() {
    return object;
  }
}
