package dev.loomlet.wait;

import dev.loomlet.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;

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

  /** How long it is until a time of day, as {@link #clock} has it; 0 if it has come. */
  @SuppressWarnings("JavaUtilDate") // the one of java.util.concurrent's conditions
  public static long nanosUntil(Date time) {
    long then = time.getTime();
    long now = clock().currentTimeMillis();
    return then <= now ? 0 : TimeUnit.MILLISECONDS.toNanos(then - now);
  }

  /** The clock by which the caller waits. */
  public static Clock clock() {
    WaitLoop loop = Waiter.loopOf(Thread.currentThread());
    return loop == null ? Clock.system() : loop.clock();
  }
}
