package dev.loomlet.sim.world;

import dev.loomlet.time.Clock;

/** The one clock of a simulation. Stands still while code runs. */
public final class SimClock implements Clock {
  private final World world;
  private final long startMillis;
  private long now;

  SimClock(World world, long startMillis) {
    this.world = world;
    this.startMillis = startMillis;
  }

  /** Moves to a later point in time. */
  void moveTo(long nanos) {
    now = nanos;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  /** By the clock of the machine whose code is running, which may be wrong. */
  @Override
  public long currentTimeMillis() {
    return startMillis + Math.floorDiv(now + world.current().skewNanos(), 1_000_000);
  }

  @Override
  public boolean isVirtual() {
    return true;
  }
}
