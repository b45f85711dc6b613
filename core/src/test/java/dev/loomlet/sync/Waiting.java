package dev.loomlet.sync;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting for what has no event of its own: that somebody has begun to wait. */
final class Waiting {
  /** For waits that are to be ended by something else. */
  static final Duration FOR_EVER = Duration.ofDays(1);

  private Waiting() {}

  /** Lets others go on until a condition holds. */
  static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > 30_000_000_000L) {
        throw new AssertionError("it never came to pass");
      }
      if (Greenlet.current() != null) {
        Loomlet.yield();
      } else {
        Thread.yield();
      }
    }
  }
}
