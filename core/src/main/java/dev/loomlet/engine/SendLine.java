package dev.loomlet.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Greenlets that want to send through one socket while it has no room: the first of them waits for
 * the socket, the others wait for their turn, so that datagrams leave in the order in which they
 * were given.
 */
final class SendLine {
  private final EngineContext context;
  private final ArrayDeque<Thread> greenlets = new ArrayDeque<>(2);

  SendLine(EngineContext context) {
    this.context = context;
  }

  boolean isEmpty() {
    return greenlets.isEmpty();
  }

  /**
   * Waits for the turn, which lasts until {@link #leave}.
   *
   * @param deadline by the loop's clock; 0 for none
   * @return false if the time was over before; there is no turn then
   */
  boolean enter(long deadline) {
    Thread self = Thread.currentThread();
    greenlets.add(self);
    if (greenlets.peek() == self) {
      return true;
    }
    WakeTimer timer = null;
    boolean entered = false;
    try {
      if (deadline != 0) {
        timer = new WakeTimer(context);
        timer.start(self, deadline);
      }
      entered = awaitTurn(self, timer);
      return entered;
    } finally {
      if (timer != null) {
        timer.stop();
      }
      if (!entered) {
        remove(self);
      }
    }
  }

  private boolean awaitTurn(Thread self, @Nullable WakeTimer timer) {
    while (true) {
      context.park();
      if (greenlets.peek() == self) {
        return true;
      }
      if (timer != null && timer.expired()) {
        return false;
      }
    }
  }

  /** Ends the turn of the caller. */
  void leave() {
    remove(Thread.currentThread());
  }

  private void remove(Thread self) {
    boolean first = greenlets.peek() == self;
    greenlets.remove(self);
    Thread next = greenlets.peek();
    if (first && next != null) {
      context.unpark(next);
    }
  }
}
