package dev.loomlet;

import java.time.Duration;

/** Durations as nanoseconds, without overflow. */
final class Durations {
  private Durations() {}

  static long toNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE / 2;
    }
  }
}
