package dev.loomlet;

import java.time.Duration;
import java.util.Locale;

/** Durations in messages. */
final class Durations {
  private Durations() {}

  /** For messages: {@code 1.5s}, {@code 2m}. */
  static String toText(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
