package dev.loomlet.wait;

import java.time.Duration;

/** Time-outs as engines take them. */
public final class Timeouts {
  private Timeouts() {}

  /**
   * A time-out in nanoseconds.
   *
   * @throws IllegalArgumentException if it is not more than 0
   */
  public static long toNanos(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("a time-out must be more than 0, not " + timeout);
    }
    return timeout.compareTo(Duration.ofNanos(Long.MAX_VALUE / 2)) > 0
        ? Long.MAX_VALUE / 2
        : timeout.toNanos();
  }
}
