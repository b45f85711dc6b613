package dev.loomlet.time;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens once on a loop, at a deadline, unless it is cancelled before.
 *
 * <p>A timer is its own entry in the {@link TimerWheel}, so scheduling allocates nothing. It may be
 * scheduled again after it fired or was cancelled.
 */
public abstract class Timer {
  static final int IDLE = -1;

  /** Bucket of the wheel that holds this timer, or {@link #IDLE}. */
  int bucket = IDLE;

  /** Tick at which it is due; meaningful while scheduled. */
  long tick;

  @Nullable Timer previous;
  @Nullable Timer next;

  /** Creates a timer that is not scheduled. */
  protected Timer() {}

  /**
   * Called once when the deadline has passed, on the carrier thread between two greenlets. Must be
   * short and must not block; typically unparks a thread. May schedule timers, this one too.
   */
  protected abstract void fire();

  /** Whether it is waiting for its deadline. */
  public final boolean isScheduled() {
    return bucket != IDLE;
  }
}
