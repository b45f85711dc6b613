package dev.loomlet.engine;

import dev.loomlet.wait.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * One operation that a greenlet has the kernel do and waits for, other than those of sockets.
 *
 * <p>The memory and the descriptor that the operation uses are the kernel's until it is over, so
 * {@link #await} does not return before that, whatever else happens: who is cancelled has the
 * kernel cancel it, and waits for its last word.
 */
final class UringCall {
  private final UringEngine engine;
  private @Nullable Thread waiting;
  private @Nullable Waiter last;
  private boolean over;
  private int result;

  /** Place in {@link UringCalls}, and what tells this from another one there. */
  int index;

  int generation;

  UringCall(UringEngine engine) {
    this.engine = engine;
  }

  /**
   * Waits until the operation is over, which must have been prepared.
   *
   * @return 0 or more, or a negative error
   * @throws dev.loomlet.Cancelled if the greenlet was cancelled and the kernel has not done the
   *     operation; if it has, {@link #result} is to be undone
   */
  int await() {
    waiting = Thread.currentThread();
    try {
      while (!over) {
        engine.context.park();
      }
      return result;
    } finally {
      waiting = null;
      if (!over) {
        awaitEnd();
      }
    }
  }

  private void awaitEnd() {
    engine.cancel(this);
    Waiter waiter = new Waiter();
    last = waiter;
    waiter.awaitUncancellably(this);
  }

  /** Whether the kernel has nothing to do with it any more. */
  boolean isOver() {
    return over;
  }

  /** What the kernel said, once it is over. */
  int result() {
    return result;
  }

  void completed(int outcome) {
    over = true;
    result = outcome;
    Thread thread = waiting;
    if (thread != null) {
      engine.context.unpark(thread);
    }
    Waiter waiter = last;
    if (waiter != null) {
      waiter.grant();
      waiter.wake();
    }
  }
}
