package dev.loomlet.queue;

import java.time.Duration;

/** Durations as nanoseconds, without overflow. */
final class Nanos {
  private Nanos() {}

  static long of(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
