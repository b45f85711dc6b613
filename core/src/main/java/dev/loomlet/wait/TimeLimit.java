package dev.loomlet.wait;

import dev.loomlet.time.Clock;
import java.time.Duration;

/** How much is left of a limit that several waits share, by the clock of the caller's loop. */
public final class TimeLimit {
  private final Clock clock = clock();
  private final long nanos;
  private final long start = clock.nanoTime();

  /**
   * Starts.
   *
   * @param nanos {@link Waiter#FOREVER} for none
   */
  public TimeLimit(long nanos) {
    this.nanos = nanos;
  }

  /** Nanoseconds; 0 or less if it is over. */
  public long left() {
    return nanos == Waiter.FOREVER ? nanos : nanos - (clock.nanoTime() - start);
  }

  /** A duration as waiters take it; one too long for the clock is none. */
  public static long toNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? Long.MIN_VALUE : Waiter.FOREVER;
    }
  }

  /** The clock by which the caller waits. */
  public static Clock clock() {
    WaitLoop loop = Waiter.loopOf(Thread.currentThread());
    return loop == null ? Clock.system() : loop.clock();
  }
}
