package dev.loomlet;

import dev.loomlet.time.Timer;
import dev.loomlet.time.TimerWheel;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** How a greenlet's end is waited for, on each kind of thread. */
final class Waiting {
  private Waiting() {}

  /**
   * Waits for a greenlet's end.
   *
   * @param wantsResult whether the caller will look at an error
   * @param timeoutNanos 0 for none
   * @return whether it has ended
   */
  static boolean await(Greenlet<?> greenlet, boolean wantsResult, long timeoutNanos) {
    if (greenlet.isDone()) {
      return true;
    }
    Thread self = Thread.currentThread();
    if (greenlet.thread() == self) {
      throw new IllegalStateException("greenlet " + greenlet.name() + " waits for its own end");
    }
    Loop hub = self.isVirtual() ? null : Loop.hubOrNull();
    return hub == null
        ? park(greenlet, Waiter.ofThread(self, wantsResult), timeoutNanos)
        : runHub(greenlet, hub.core(), wantsResult, timeoutNanos);
  }

  private static boolean park(Greenlet<?> greenlet, Waiter waiter, long timeoutNanos) {
    if (!greenlet.addWaiter(waiter)) {
      return true;
    }
    try {
      Loop loop = Loop.currentOrNull();
      return loop == null
          ? parkByMachineTime(greenlet, timeoutNanos)
          : parkByLoopTime(greenlet, loop.core().timers, timeoutNanos);
    } finally {
      greenlet.removeWaiter(waiter);
    }
  }

  private static boolean parkByLoopTime(
      Greenlet<?> greenlet, TimerWheel timers, long timeoutNanos) {
    Expiry expiry = new Expiry(Thread.currentThread());
    if (timeoutNanos > 0) {
      timers.schedule(expiry, timeoutNanos);
    }
    try {
      while (!greenlet.isDone() && !expiry.passed) {
        LockSupport.park(greenlet);
        checkInterrupted(greenlet);
      }
      return greenlet.isDone();
    } finally {
      timers.cancel(expiry);
    }
  }

  /** For threads that have no loop, and so no clock of their own. */
  private static boolean parkByMachineTime(Greenlet<?> greenlet, long timeoutNanos) {
    long deadline = System.nanoTime() + timeoutNanos;
    while (!greenlet.isDone()) {
      if (timeoutNanos == 0) {
        LockSupport.park(greenlet);
      } else {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(greenlet, left);
      }
      checkInterrupted(greenlet);
    }
    return true;
  }

  private static void checkInterrupted(Greenlet<?> greenlet) {
    if (Thread.interrupted()) {
      throw new Cancelled(
          Greenlet.describeCurrent() + " was cancelled while it waited for " + greenlet.name());
    }
  }

  private static boolean runHub(
      Greenlet<?> greenlet, LoopCore hub, boolean wantsResult, long timeoutNanos) {
    Waiter waiter = Waiter.ofHub(hub, wantsResult);
    if (!greenlet.addWaiter(waiter)) {
      return true;
    }
    Expiry expiry = new Expiry(null);
    try {
      if (timeoutNanos > 0) {
        hub.timers.schedule(expiry, timeoutNanos);
      }
      hub.runUntil(() -> greenlet.isDone() || expiry.passed);
      return greenlet.isDone();
    } finally {
      hub.timers.cancel(expiry);
      greenlet.removeWaiter(waiter);
    }
  }

  private static final class Expiry extends Timer {
    private final @Nullable Thread waiter;
    boolean passed;

    /** For a thread that parks; null for a hub, which looks at {@link #passed} as it turns. */
    Expiry(@Nullable Thread waiter) {
      this.waiter = waiter;
    }

    @Override
    protected void fire() {
      passed = true;
      if (waiter != null) {
        LockSupport.unpark(waiter);
      }
    }
  }
}
