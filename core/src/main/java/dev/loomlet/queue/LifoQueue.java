package dev.loomlet.queue;

/**
 * Last in, first out: a stack that one can wait for; gevent's and asyncio's {@code LifoQueue}.
 *
 * @param <E> type of the elements
 */
public final class LifoQueue<E> extends WaitingQueue<E> {

  /** Creates a queue without a limit, so that putting never waits. */
  public LifoQueue() {
    this(Integer.MAX_VALUE);
  }

  /**
   * Creates a queue.
   *
   * @param capacity for how many elements there is room, 1 or more
   */
  public LifoQueue(int capacity) {
    super(new RingStorage<>(true), capacity);
  }
}
