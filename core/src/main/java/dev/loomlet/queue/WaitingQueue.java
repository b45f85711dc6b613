package dev.loomlet.queue;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Passage;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the queues have in common: a {@code BlockingQueue} that lets the loop go on while a greenlet
 * waits; gevent's and asyncio's {@code Queue}.
 *
 * <p>May be used by greenlets of any loop, by platform threads (one that has a loop of its own runs
 * it while it waits) and by other virtual threads, all at once. Those who wait are served in the
 * order in which they came. An element that is put while somebody waits to take is handed to him.
 *
 * <p>An operation that may wait is a checkpoint: it throws {@link Cancelled} if the caller is
 * cancelled, also if it would not have had to wait, and has then neither put nor taken anything. A
 * plain {@code Thread.interrupt} becomes {@code InterruptedException} where a method declares that.
 *
 * <p>Elements are never null. What {@link #iterator}, {@link #toArray} and {@link #contains} see is
 * the queue at one moment. {@code equals} of an element and a comparator may do what they like,
 * even wait or use this queue.
 *
 * @param <E> type of the elements
 */
public abstract sealed class WaitingQueue<E> extends AbstractQueue<E> implements BlockingQueue<E>
    permits FifoQueue, LifoQueue, PriorityQueue, JoinableQueue {
  static {
    Passage.provide(WaitingQueue.class, (WaitingQueue<?> queue) -> new View(queue.exchange));
  }

  final Exchange<E> exchange;

  @SuppressWarnings("this-escape") // kept as a mere name of what is waited for
  WaitingQueue(Storage<E> store, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "a queue has room for at least 1 element, not "
              + capacity
              + "; leave the capacity out for no limit, or use a Channel to hand over directly");
    }
    this.exchange = new Exchange<>(this, store, capacity);
  }

  private boolean put(E element, long nanos) {
    Objects.requireNonNull(element, "a queue takes no null; put an object that means it");
    Task.checkpoint();
    return wasPut(exchange.putOrWait(element, null, nanos));
  }

  private static boolean wasPut(Answer answer) {
    if (answer == Answer.SHUT) {
      throw refusal(true);
    }
    return answer == Answer.DONE;
  }

  static QueueShutDown refusal(boolean put) {
    return new QueueShutDown(
        put
            ? "the queue was shut down and takes nothing more in"
            : "the queue was shut down and is empty");
  }

  private @Nullable E take(long nanos) {
    Task.checkpoint();
    return element(exchange.takeOrWait(null, nanos));
  }

  @SuppressWarnings("unchecked")
  private @Nullable E element(@Nullable Object taken) {
    if (taken instanceof Answer) {
      throw refusal(false);
    }
    return (E) taken;
  }

  /**
   * Adds an element; waits while there is no room.
   *
   * @throws QueueShutDown if the queue was shut down, before or meanwhile
   * @throws InterruptedException if the thread is interrupted
   * @throws Cancelled if the caller is cancelled otherwise
   */
  @Override
  public final void put(E element) throws InterruptedException {
    try {
      put(element, Waiter.FOREVER);
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  /**
   * Adds an element if there is room; gevent's {@code put_nowait}. Does not wait.
   *
   * @return false if there is none
   * @throws QueueShutDown if the queue was shut down
   */
  @Override
  public final boolean offer(E element) {
    Objects.requireNonNull(element, "a queue takes no null; offer an object that means it");
    return wasPut(exchange.put(element, null, null));
  }

  /**
   * As {@link #put(Object)}, for a limited time.
   *
   * @return whether it was added
   */
  @Override
  public final boolean offer(E element, long timeout, TimeUnit unit) throws InterruptedException {
    try {
      return put(element, unit.toNanos(timeout));
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  /**
   * Adds an element; waits for a limited time while there is no room.
   *
   * @param timeout 0 or less to look only
   * @return whether it was added
   * @throws QueueShutDown if the queue was shut down, before or meanwhile
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public final boolean offer(E element, Duration timeout) {
    return put(element, TimeLimit.toNanos(timeout));
  }

  /**
   * As {@link #offer(Object)}.
   *
   * @return true
   * @throws IllegalStateException if there is no room
   */
  @Override
  public final boolean add(E element) {
    if (!offer(element)) {
      throw new IllegalStateException(
          "the queue is full with " + exchange.capacity + " elements; put waits for room");
    }
    return true;
  }

  /**
   * Removes the first element; waits until there is one.
   *
   * @throws QueueShutDown if the queue was shut down, before or meanwhile, and is empty
   * @throws InterruptedException if the thread is interrupted
   * @throws Cancelled if the caller is cancelled otherwise
   */
  @Override
  public final E take() throws InterruptedException {
    try {
      return Objects.requireNonNull(take(Waiter.FOREVER));
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  /**
   * Removes the first element; gevent's {@code get_nowait}. Does not wait.
   *
   * @return null if there is none
   * @throws QueueShutDown if there is none and the queue was shut down
   */
  @Override
  public final @Nullable E poll() {
    return element(exchange.take(null, null));
  }

  /**
   * As {@link #take()}, for a limited time.
   *
   * @return null if there was none
   */
  @Override
  public final @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
    try {
      return take(unit.toNanos(timeout));
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  /**
   * Removes the first element; waits for a limited time until there is one.
   *
   * @param timeout 0 or less to look only
   * @return null if there was none
   * @throws QueueShutDown if the queue was shut down, before or meanwhile, and is empty
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public final @Nullable E poll(Duration timeout) {
    return take(TimeLimit.toNanos(timeout));
  }

  /** The first element, which stays; null if there is none. Does not wait. */
  @Override
  public final @Nullable E peek() {
    return exchange.peek();
  }

  @Override
  public final int size() {
    return exchange.size();
  }

  @Override
  public final boolean isEmpty() {
    return size() == 0;
  }

  /** Whether there is no room. */
  public final boolean isFull() {
    return remainingCapacity() == 0;
  }

  @Override
  public final int remainingCapacity() {
    return exchange.capacity == Integer.MAX_VALUE
        ? Integer.MAX_VALUE
        : exchange.capacity - exchange.size();
  }

  /** As {@link #shutdown(boolean)} with false. */
  public final void shutdown() {
    shutdown(false);
  }

  /**
   * Ends the queue: nothing more can be put, and what is in it can be taken; when nothing is left,
   * taking throws {@link QueueShutDown}. Those who wait are woken and get it now. Does not wait;
   * may be called again.
   *
   * @param immediate whether to drop what is in it
   */
  public final void shutdown(boolean immediate) {
    exchange.guard.lock();
    exchange.shut();
    int dropped = immediate ? exchange.store.size : 0;
    if (immediate) {
      exchange.store.clear();
    }
    exchange.guard.unlock();
    exchange.sendAllAway();
    if (dropped > 0) {
      dropped(dropped);
    }
  }

  /** Whether it was shut down. */
  public final boolean isShutdown() {
    exchange.guard.lock();
    boolean shut = exchange.isShut();
    exchange.guard.unlock();
    return shut;
  }

  /** Told how many elements were taken out without anybody getting them. */
  void dropped(int count) {}

  /**
   * Moves everything that is there, and what those put who wait for room. Does not wait.
   *
   * @return how many
   */
  @Override
  public final int drainTo(Collection<? super E> target) {
    return drainTo(target, Integer.MAX_VALUE);
  }

  @Override
  public final int drainTo(Collection<? super E> target, int limit) {
    if (target == this) {
      throw new IllegalArgumentException("a queue cannot be drained into itself");
    }
    int moved = 0;
    while (moved < limit) {
      Object taken = exchange.take(null, null);
      if (taken == null || taken instanceof Answer) {
        break;
      }
      target.add(Objects.requireNonNull(element(taken)));
      moved++;
    }
    return moved;
  }

  @Override
  public final boolean contains(@Nullable Object wanted) {
    return find(wanted) != null;
  }

  private @Nullable Object find(@Nullable Object wanted) {
    if (wanted != null) {
      for (Object each : exchange.snapshot()) {
        if (wanted.equals(each)) {
          return each;
        }
      }
    }
    return null;
  }

  @Override
  public final boolean remove(@Nullable Object unwanted) {
    while (true) {
      Object found = find(unwanted);
      if (found == null) {
        return false;
      }
      if (removeSame(found)) {
        return true;
      }
    }
  }

  private boolean removeSame(Object element) {
    boolean removed = exchange.removeSame(element);
    if (removed) {
      dropped(1);
    }
    return removed;
  }

  /** Drops what is there; those who wait for room then put. */
  @Override
  public final void clear() {
    int count = exchange.clear();
    if (count > 0) {
      dropped(count);
    }
  }

  @Override
  public final Object[] toArray() {
    return exchange.snapshot();
  }

  @Override
  @SuppressWarnings("SuspiciousSystemArraycopy")
  public final <T extends @Nullable Object> T[] toArray(T[] target) {
    Object[] all = exchange.snapshot();
    return Arrays.asList(all).toArray(target);
  }

  /**
   * Goes over the elements that are there now, in the order in which they would be taken, and does
   * not see later changes. {@code remove} takes out the element if it is still there.
   */
  @Override
  public final Iterator<E> iterator() {
    return new Snapshot(exchange.snapshot());
  }

  private final class Snapshot implements Iterator<E> {
    private final Object[] elements;
    private int next;
    private boolean removable;

    Snapshot(Object[] elements) {
      this.elements = elements;
    }

    @Override
    public boolean hasNext() {
      return next < elements.length;
    }

    @Override
    @SuppressWarnings("unchecked")
    public E next() {
      if (next == elements.length) {
        throw new NoSuchElementException("that was the last element");
      }
      removable = true;
      return (E) elements[next++];
    }

    @Override
    public void remove() {
      if (!removable) {
        throw new IllegalStateException("remove takes out what next returned: call that first");
      }
      removable = false;
      removeSame(elements[next - 1]);
    }
  }
}
