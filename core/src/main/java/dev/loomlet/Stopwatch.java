package dev.loomlet;

import dev.loomlet.wait.Waiter;
import org.jspecify.annotations.Nullable;

/** How much is left of a time limit for several waits, by the clock of the caller's loop. */
final class Stopwatch {
  private final @Nullable Loop loop = Loop.currentOrNull();
  private final long limit;
  private final long start = now();

  /**
   * Starts.
   *
   * @param limit nanoseconds; {@link Waiter#FOREVER} for none
   */
  Stopwatch(long limit) {
    this.limit = limit;
  }

  long nanosLeft() {
    return limit == Waiter.FOREVER ? limit : limit - (now() - start);
  }

  private long now() {
    return loop == null ? System.nanoTime() : loop.clock().nanoTime();
  }
}
