package dev.loomlet;

import dev.loomlet.time.Timer;
import java.util.concurrent.locks.LockSupport;

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
    long deadline = System.nanoTime() + timeoutNanos;
    try {
      while (!greenlet.isDone()) {
        if (Thread.interrupted()) {
          throw new Cancelled(
              Greenlet.describeCurrent() + " was cancelled while it waited for " + greenlet.name());
        }
        if (timeoutNanos == 0) {
          LockSupport.park(greenlet);
          continue;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(greenlet, left);
      }
      return true;
    } finally {
      greenlet.removeWaiter(waiter);
    }
  }

  private static boolean runHub(
      Greenlet<?> greenlet, LoopCore hub, boolean wantsResult, long timeoutNanos) {
    Waiter waiter = Waiter.ofHub(hub, wantsResult);
    if (!greenlet.addWaiter(waiter)) {
      return true;
    }
    Expiry expiry = new Expiry();
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
    boolean passed;

    @Override
    protected void fire() {
      passed = true;
    }
  }
}
