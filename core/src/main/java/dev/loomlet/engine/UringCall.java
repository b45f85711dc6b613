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

  /** What must stay reachable until it is over, if nothing else makes sure of that. */
  @Nullable Object memory;

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
   * @throws dev.loomlet.Cancelled if the greenlet was cancelled; the operation may have been done
   *     all the same, so this is for those of which nothing is left
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
        engine.cancel(this);
        awaitEnd(this);
      }
    }
  }

  /**
   * Waits until the operation is over, which must have been prepared and end by the next system
   * call, deaf to cancellation. After that it may be prepared again.
   *
   * @return 0 or more, or a negative error
   */
  int awaitBriefly() {
    waiting = Thread.currentThread();
    try {
      if (!over) {
        engine.context.parkBriefly();
      }
    } finally {
      // Whatever has ended the wait, the memory must not be left behind.
      while (!over) {
        engine.enterNow();
      }
      waiting = null;
      over = false;
    }
    return result;
  }

  /**
   * Waits until the operation is over, which must have been prepared, deaf to cancellation.
   *
   * @param blocker what is waited for, for thread dumps
   * @return 0 or more, or a negative error
   */
  int awaitEnd(Object blocker) {
    if (!over) {
      Waiter waiter = new Waiter();
      last = waiter;
      waiter.awaitUncancellably(blocker);
    }
    return result;
  }

  @Override
  public String toString() {
    return "an operation of the kernel";
  }

  void completed(int outcome) {
    over = true;
    result = outcome;
    memory = null;
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
