package dev.loomlet.process;

import java.io.IOException;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * A {@code long} that processes share: Python's {@code multiprocessing.Value}, {@code AtomicLong}
 * between processes. Capture it in the lambda of a child or of a task, and both have the same one.
 * Every operation is atomic and none waits; {@link #lock} is for what takes more than one.
 */
public final class SharedLong extends SharedValue {
  private static final long serialVersionUID = 1;

  private SharedLong() throws IOException {}

  /**
   * Creates one.
   *
   * @throws IOException if there is no shared memory left
   */
  public static SharedLong create(long value) throws IOException {
    SharedLong created = new SharedLong();
    created.set(value);
    return created;
  }

  /** The value. */
  public long get() {
    return words().getLong(VALUE);
  }

  /** Sets it. */
  public void set(long value) {
    words().setLong(VALUE, value);
  }

  /** Sets it, and returns what it was. */
  public long getAndSet(long value) {
    return words().getAndSetLong(VALUE, value);
  }

  /** Sets it if it is what is expected, and returns whether it was. */
  public boolean compareAndSet(long expected, long value) {
    return words().compareAndSetLong(VALUE, expected, value);
  }

  /** Adds, and returns what it was. */
  public long getAndAdd(long difference) {
    return words().getAndAddLong(VALUE, difference);
  }

  /** Adds, and returns the sum. */
  public long addAndGet(long difference) {
    return getAndAdd(difference) + difference;
  }

  /** Adds one, and returns the sum. */
  public long incrementAndGet() {
    return addAndGet(1);
  }

  /** Takes one away, and returns what is left. */
  public long decrementAndGet() {
    return addAndGet(-1);
  }

  /**
   * Computes it anew, and returns that.
   *
   * @param update without effects, since it may be called again
   */
  public long updateAndGet(LongUnaryOperator update) {
    while (true) {
      long before = get();
      long after = update.applyAsLong(before);
      if (compareAndSet(before, after)) {
        return after;
      }
    }
  }

  /**
   * Computes it anew from what it is and a value, and returns that.
   *
   * @param operator without effects, since it may be called again
   */
  public long accumulateAndGet(long value, LongBinaryOperator operator) {
    return updateAndGet(before -> operator.applyAsLong(before, value));
  }

  @Override
  public String toString() {
    return Long.toString(get());
  }
}
