package dev.loomlet.time;

import java.time.Duration;
import java.time.Instant;

/**
 * A clock that stands still until it is moved, always forwards: by code that stands for work which
 * takes time, and, on a {@link dev.loomlet.engine.VirtualEngine}, by the loop whenever everybody
 * waits, to the next timer. A program that sleeps for hours is then done at once.
 *
 * <p>For one loop. Any thread may read it; only the loop's thread moves it.
 */
public final class VirtualClock implements Clock {
  private final long startMillis;
  private volatile long now;

  /** Starts at 1970-01-01T00:00Z. */
  public VirtualClock() {
    this(Instant.EPOCH);
  }

  /** Starts at a date; {@link #nanoTime} is 0 then. */
  public VirtualClock(Instant start) {
    this.startMillis = start.toEpochMilli();
  }

  /**
   * Lets time pass.
   *
   * @param time 0 or more
   */
  public void advance(Duration time) {
    advance(time.toNanos());
  }

  /**
   * Lets time pass.
   *
   * @param nanos 0 or more
   * @throws IllegalArgumentException if it is less
   * @throws ArithmeticException at the end of time, after 292 years
   */
  public void advance(long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException("time does not go back, by " + nanos + " ns");
    }
    now = Math.addExact(now, nanos);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public long currentTimeMillis() {
    return startMillis + now / 1_000_000;
  }

  @Override
  public boolean isVirtual() {
    return true;
  }
}
