package dev.loomlet.queue;

/**
 * First in, first out; gevent's and asyncio's {@code Queue}, between {@code ArrayBlockingQueue} and
 * {@code LinkedBlockingQueue}.
 *
 * @param <E> type of the elements
 */
public final class FifoQueue<E> extends WaitingQueue<E> {

  /** Creates a queue without a limit, so that putting never waits. */
  public FifoQueue() {
    this(Integer.MAX_VALUE);
  }

  /**
   * Creates a queue.
   *
   * @param capacity for how many elements there is room, 1 or more
   */
  public FifoQueue(int capacity) {
    super(new RingStorage<>(false), capacity);
  }
}
