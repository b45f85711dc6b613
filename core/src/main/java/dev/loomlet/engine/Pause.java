package dev.loomlet.engine;

/** Waits that get longer, between tries of something of which the kernel tells nothing. */
final class Pause {
  private static final long FIRST_NANOS = 500_000;
  private static final long LONGEST_NANOS = 20_000_000;

  private final EngineContext context;
  private final WakeTimer timer;
  private long nanos = FIRST_NANOS;

  Pause(EngineContext context) {
    this.context = context;
    this.timer = new WakeTimer(context);
  }

  /**
   * Waits a little.
   *
   * @param deadline by the loop's clock; 0 for none
   * @return false at once if that is over
   */
  boolean before(long deadline) {
    long now = context.clock().nanoTime();
    if (deadline != 0 && now - deadline >= 0) {
      return false;
    }
    long end = now + nanos;
    timer.start(Thread.currentThread(), deadline != 0 && end - deadline > 0 ? deadline : end);
    try {
      while (!timer.expired()) {
        context.park();
      }
    } finally {
      timer.stop();
    }
    nanos = Math.min(2 * nanos, LONGEST_NANOS);
    return true;
  }
}
