package dev.loomlet.wait;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Mutual exclusion for the few instructions that read and change the state of a lock or queue.
 *
 * <p>A test-and-test-and-set spin lock (Rudolph and Segall, 1984): one atomic instruction to enter
 * and a plain release store to leave, half of what a {@code ReentrantLock} costs. Code under it
 * must not wait, allocate much, or call anything that is not its own. It never yields: a greenlet
 * that were put aside while it held a guard would leave the others of its loop spinning for it.
 */
public final class Guard {
  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(Guard.class, "held", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // by HELD
  private int held;

  /** Creates a guard that nobody holds. */
  public Guard() {}

  /** Enters. Not reentrant. */
  public void lock() {
    if (!HELD.compareAndSet(this, 0, 1)) {
      spin();
    }
  }

  private void spin() {
    do {
      while ((int) HELD.getOpaque(this) != 0) {
        Thread.onSpinWait();
      }
    } while (!HELD.compareAndSet(this, 0, 1));
  }

  /** Leaves. */
  public void unlock() {
    HELD.setRelease(this, 0);
  }
}
