package dev.loomlet.engine;

import dev.loomlet.time.Timer;
import org.jspecify.annotations.Nullable;

/** Ends the wait of one thread at its deadline. */
final class WakeTimer extends Timer {
  private final EngineContext context;
  private @Nullable Thread waiter;
  private boolean expired;

  WakeTimer(EngineContext context) {
    this.context = context;
  }

  /** Starts the timer for a thread that is about to wait. */
  void start(Thread thread, long deadlineNanos) {
    waiter = thread;
    expired = false;
    context.timers().scheduleAtNanoTime(this, deadlineNanos);
  }

  void stop() {
    context.timers().cancel(this);
    waiter = null;
  }

  boolean expired() {
    return expired;
  }

  @Override
  protected void fire() {
    expired = true;
    Thread thread = waiter;
    if (thread != null) {
      context.unpark(thread);
    }
  }
}
