package dev.loomlet.queue;

import java.util.Comparator;
import java.util.Objects;

/**
 * The least element first, and of equal ones the one that was put first; gevent's and asyncio's
 * {@code PriorityQueue}, {@code PriorityBlockingQueue} with a limit. Putting and taking take time
 * in proportion to the logarithm of the size.
 *
 * <p>An element that cannot be compared is refused with what the comparator throws.
 *
 * @param <E> type of the elements
 */
public final class PriorityQueue<E> extends WaitingQueue<E> {

  /** Creates a queue without a limit, of elements that are {@code Comparable}. */
  public PriorityQueue() {
    this(Integer.MAX_VALUE);
  }

  /**
   * Creates a queue of elements that are {@code Comparable}.
   *
   * @param capacity for how many elements there is room, 1 or more
   */
  public PriorityQueue(int capacity) {
    this(capacity, natural());
  }

  /** Creates a queue without a limit. */
  public PriorityQueue(Comparator<? super E> comparator) {
    this(Integer.MAX_VALUE, comparator);
  }

  /**
   * Creates a queue.
   *
   * @param capacity for how many elements there is room, 1 or more
   */
  public PriorityQueue(int capacity, Comparator<? super E> comparator) {
    super(new HeapStorage<>(Objects.requireNonNull(comparator)), capacity);
  }

  @SuppressWarnings("unchecked") // whether an element is comparable turns out when it is compared
  private static <E> Comparator<E> natural() {
    return (Comparator<E>) Comparator.naturalOrder();
  }
}
