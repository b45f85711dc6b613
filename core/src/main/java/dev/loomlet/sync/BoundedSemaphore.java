package dev.loomlet.sync;

/**
 * A {@link Semaphore} that never has more permits than at first: one release too many is an {@code
 * IllegalStateException} instead of a limit that is none any more. The {@code BoundedSemaphore} of
 * gevent, asyncio and Python's threads.
 */
public final class BoundedSemaphore extends Semaphore {

  /**
   * Creates a semaphore.
   *
   * @param permits how many there are at first and at most, 0 or more
   */
  public BoundedSemaphore(int permits) {
    super(permits, permits);
  }
}
