package dev.loomlet;

import java.time.Duration;
import java.util.Locale;

/** Durations in messages. */
final class Durations {
  private Durations() {}

  /** For messages: {@code 1.5s}, {@code 2m}; less than nothing is nothing. */
  static String toText(Duration duration) {
    Duration shown = duration.isNegative() ? Duration.ZERO : duration;
    return shown.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
