package dev.loomlet.time;

/** A loop's source of time. Implementations may be read on any thread and never block. */
public interface Clock {

  /**
   * Nanoseconds since an arbitrary origin, as {@link System#nanoTime()}: only differences mean
   * something, and they must be taken by subtraction because the value may overflow.
   */
  long nanoTime();

  /** Milliseconds since 1970-01-01T00:00Z, as {@link System#currentTimeMillis()}. */
  long currentTimeMillis();

  /** The machine's clock. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }
}
