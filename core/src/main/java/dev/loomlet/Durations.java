package dev.loomlet;

import java.time.Duration;
import java.util.Locale;

/** Durations as nanoseconds, without overflow. */
final class Durations {
  private Durations() {}

  static long toNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /** For messages: {@code 1.5s}, {@code 2m}. */
  static String toText(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
