package dev.loomlet.queue;

import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A queue that knows when all the work in it is done; gevent's {@code JoinableQueue}, Python's
 * {@code queue.Queue}.
 *
 * <p>Each element that is put is one piece of unfinished work. Whoever takes it calls {@link
 * #taskDone} when he has done it; {@link #join} waits until none is unfinished. An element that
 * nobody gets, because it is removed, cleared away or dropped by a shutdown, counts as done.
 *
 * @param <E> type of the elements
 */
public final class JoinableQueue<E> extends WaitingQueue<E> {
  private final WaitLine joiners = new WaitLine(exchange.guard);

  /** How many of those that came in are done. Under the guard. */
  private long done;

  /** Creates a queue, first in first out, without a limit. */
  public JoinableQueue() {
    this(Integer.MAX_VALUE);
  }

  /**
   * Creates a queue, first in first out.
   *
   * @param capacity for how many elements there is room, 1 or more
   */
  public JoinableQueue(int capacity) {
    super(new RingStorage<>(false), capacity);
  }

  private JoinableQueue(int capacity, Storage<E> store) {
    super(store, capacity);
  }

  /**
   * Creates a queue, last in first out.
   *
   * @param capacity for how many elements there is room, 1 or more
   */
  public static <E> JoinableQueue<E> lastInFirstOut(int capacity) {
    return new JoinableQueue<>(capacity, new RingStorage<>(true));
  }

  /**
   * Creates a queue that gives the least element first.
   *
   * @param capacity for how many elements there is room, 1 or more
   */
  public static <E> JoinableQueue<E> byPriority(int capacity, Comparator<? super E> comparator) {
    return new JoinableQueue<>(capacity, new HeapStorage<>(Objects.requireNonNull(comparator)));
  }

  /**
   * Says that the work of one element that was taken is done. Does not wait.
   *
   * @throws IllegalStateException if it was called more often than elements were put
   */
  public void taskDone() {
    if (!finish(1)) {
      throw new IllegalStateException(
          "taskDone was called more often than elements were put; call it once for each one taken");
    }
  }

  @Override
  void dropped(int count) {
    finish(count);
  }

  private boolean finish(int count) {
    List<Waiter> woken = List.of();
    exchange.guard.lock();
    long unfinished = exchange.accepted() - done;
    boolean allowed = unfinished >= count;
    if (allowed) {
      done += count;
      if (unfinished == count && !joiners.isEmpty()) {
        woken = new ArrayList<>(joiners.size());
        for (Waiter each = joiners.poll(); each != null; each = joiners.poll()) {
          each.grant();
          woken.add(each);
        }
      }
    }
    exchange.guard.unlock();
    for (Waiter each : woken) {
      each.wake();
    }
    return allowed;
  }

  /** How many elements were put whose work is not done. */
  public long unfinished() {
    exchange.guard.lock();
    long unfinished = exchange.accepted() - done;
    exchange.guard.unlock();
    return unfinished;
  }

  /**
   * Waits until the work of every element is done; at once if nothing was put.
   *
   * @throws dev.loomlet.Cancelled if the caller is cancelled or interrupted
   */
  public void join() {
    join(Waiter.FOREVER);
  }

  /**
   * As {@link #join()}, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether all was done
   */
  public boolean join(Duration timeout) {
    return join(TimeLimit.toNanos(timeout));
  }

  private boolean join(long nanos) {
    Task.checkpoint();
    if (unfinished() == 0 || nanos <= 0) {
      return unfinished() == 0;
    }
    Waiter waiter = new Waiter();
    exchange.guard.lock();
    boolean idle = exchange.accepted() == done;
    if (!idle) {
      joiners.add(waiter);
    }
    exchange.guard.unlock();
    return idle || joiners.await(waiter, this, nanos);
  }
}
