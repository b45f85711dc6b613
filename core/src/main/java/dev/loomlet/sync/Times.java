package dev.loomlet.sync;

import dev.loomlet.Loop;
import dev.loomlet.wait.Waiter;
import java.time.Duration;

/** Time as waiters take it. */
final class Times {
  private Times() {}

  /** A time limit; one too long for the clock is none. */
  static long nanos(Duration limit) {
    try {
      return limit.toNanos();
    } catch (ArithmeticException e) {
      return limit.isNegative() ? 0 : Waiter.FOREVER;
    }
  }

  /** The reading of the clock by which the caller waits. */
  static long now() {
    Loop loop = Loop.currentOrNull();
    return loop == null ? System.nanoTime() : loop.clock().nanoTime();
  }

  /** What is left of a limit that began at a reading of {@link #now}. */
  static long left(long nanos, long start) {
    return nanos == Waiter.FOREVER ? nanos : nanos - (now() - start);
  }

  /** Milliseconds since 1970 by the same clock. */
  static long currentTimeMillis() {
    Loop loop = Loop.currentOrNull();
    return loop == null ? System.currentTimeMillis() : loop.clock().currentTimeMillis();
  }
}
