package dev.loomlet.testing;

import dev.loomlet.time.Clock;

/** A clock that stands still until it is moved. */
public final class FakeClock implements Clock {
  private long now;

  /** Starts at a reading of {@link #nanoTime}. */
  public FakeClock(long start) {
    this.now = start;
  }

  public void advance(long nanos) {
    now += nanos;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public long currentTimeMillis() {
    return now / 1_000_000;
  }
}
