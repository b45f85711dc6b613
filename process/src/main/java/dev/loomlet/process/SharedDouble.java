package dev.loomlet.process;

import java.io.IOException;
import java.util.function.DoubleUnaryOperator;

/**
 * A {@code double} that processes share: Python's {@code multiprocessing.Value}. Capture it in the
 * lambda of a child or of a task, and both have the same one. Every operation is atomic and none
 * waits; {@link #lock} is for what takes more than one.
 */
public final class SharedDouble extends SharedValue {
  private static final long serialVersionUID = 1;

  private SharedDouble() throws IOException {}

  /**
   * Creates one.
   *
   * @throws IOException if there is no shared memory left
   */
  public static SharedDouble create(double value) throws IOException {
    SharedDouble created = new SharedDouble();
    created.set(value);
    return created;
  }

  /** The value. */
  public double get() {
    return Double.longBitsToDouble(words().getLong(VALUE));
  }

  /** Sets it. */
  public void set(double value) {
    words().setLong(VALUE, Double.doubleToRawLongBits(value));
  }

  /** Sets it, and returns what it was. */
  public double getAndSet(double value) {
    long before = words().getAndSetLong(VALUE, Double.doubleToRawLongBits(value));
    return Double.longBitsToDouble(before);
  }

  /** Sets it if it has the very bits of what is expected, and returns whether it had. */
  public boolean compareAndSet(double expected, double value) {
    return words()
        .compareAndSetLong(
            VALUE, Double.doubleToRawLongBits(expected), Double.doubleToRawLongBits(value));
  }

  /** Adds, and returns the sum. */
  public double addAndGet(double difference) {
    return updateAndGet(before -> before + difference);
  }

  /**
   * Computes it anew, and returns that.
   *
   * @param update without effects, since it may be called again
   */
  public double updateAndGet(DoubleUnaryOperator update) {
    while (true) {
      long before = words().getLong(VALUE);
      double after = update.applyAsDouble(Double.longBitsToDouble(before));
      if (words().compareAndSetLong(VALUE, before, Double.doubleToRawLongBits(after))) {
        return after;
      }
    }
  }

  @Override
  public String toString() {
    return Double.toString(get());
  }
}
