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

  /**
   * Whether time stands still while code runs and moves only when it is told to. Timers are exact
   * then, and a loop looks at them after each step in which time has moved.
   *
   * @return the same each time
   */
  default boolean isVirtual() {
    return false;
  }

  /** The machine's clock. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }
}
