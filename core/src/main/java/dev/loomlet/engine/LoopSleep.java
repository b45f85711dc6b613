package dev.loomlet.engine;

import java.util.concurrent.locks.LockSupport;

/**
 * How a loop sleeps whose engine has nothing in the kernel that could wake it: its thread parks.
 */
final class LoopSleep {
  private final Thread owner = Thread.currentThread();

  /** Somebody else may take the thread's permit, but not this. */
  private volatile boolean woken;

  /**
   * Sleeps until {@link #wake}. On the loop's thread.
   *
   * @param nanos more than 0, {@link Long#MAX_VALUE} for ever
   */
  void sleep(long nanos) {
    if (!woken) {
      if (nanos == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, nanos);
      }
    }
    woken = false;
  }

  /** Ends a sleep, or else the next one. Any thread. */
  void wake() {
    woken = true;
    LockSupport.unpark(owner);
  }
}
