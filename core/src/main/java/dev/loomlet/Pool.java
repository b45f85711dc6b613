package dev.loomlet;

import dev.loomlet.wait.TimeLimit;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Group} of limited size: whoever spawns waits until there is a place; {@code
 * gevent.pool.Pool}.
 *
 * {@snippet :
 * Pool pool = new Pool(10);
 * for (String address : addresses) {
 *   pool.spawn(() -> fetch(address)); // waits while ten are being fetched
 * }
 * pool.join();
 * }
 *
 * <p>A member holds its place until it has ended, well or not, or was discarded. Places are given
 * in the order in which they were asked for. Everything that adds a member waits, also {@link
 * #execute}, and throws {@link Cancelled} without having added one if the caller is cancelled
 * meanwhile.
 *
 * <p>A member that spawns in its own full pool waits for the others; if all of them do, they wait
 * for ever. {@link #apply} in a member runs the task in the member itself.
 */
public final class Pool extends Group {
  private final Places places;

  /**
   * Creates an empty pool.
   *
   * @param size how many members it may have, for good; at least 1
   */
  public Pool(int size) {
    places = new Places(size);
  }

  @Override
  boolean takePlace(long nanos) {
    return places.take(this, nanos);
  }

  @Override
  void freePlace() {
    places.giveBack();
  }

  /**
   * Adds a greenlet if there is a place. Does not wait.
   *
   * @return false if the pool is full, and it is no member
   * @throws Cancelled if the caller is cancelled
   */
  public boolean tryAdd(Greenlet<?> greenlet) {
    return addWithin(greenlet, 0);
  }

  /**
   * Adds a greenlet, waiting for a place for a limited time.
   *
   * @param timeout 0 or less as {@link #tryAdd(Greenlet)}
   * @return false if the pool was full all the time, and it is no member
   * @throws Cancelled if the caller is cancelled
   */
  public boolean tryAdd(Greenlet<?> greenlet, Duration timeout) {
    return addWithin(greenlet, TimeLimit.toNanos(timeout));
  }

  /**
   * As {@link #spawn(Callable)} if there is a place; otherwise the result is a greenlet outside of
   * the pool that waits for one, runs the task in the pool and ends as it does.
   */
  @Override
  public <T extends @Nullable Object> Greenlet<T> applyAsync(Callable<? extends T> task) {
    return isFull() ? Loop.current().spawn(() -> apply(task)) : spawn(task);
  }

  @Override
  public <T extends @Nullable Object> T apply(Callable<? extends T> task) throws Exception {
    Greenlet<?> self = Greenlet.current();
    return self != null && contains(self) ? task.call() : super.apply(task);
  }

  /**
   * Waits until there is a place, without taking it; by the time the caller goes on it may be gone.
   *
   * @return how many there are
   * @throws Cancelled if the caller is cancelled
   */
  public int waitAvailable() {
    places.awaitFree(this, Long.MAX_VALUE);
    return freeCount();
  }

  /**
   * As {@link #waitAvailable()}, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return how many places there are; 0 if the time is over
   */
  public int waitAvailable(Duration timeout) {
    return places.awaitFree(this, TimeLimit.toNanos(timeout)) ? freeCount() : 0;
  }

  /** How many members could be added now. */
  public int freeCount() {
    return places.free();
  }

  /** Whether no member could be added now. */
  public boolean isFull() {
    return freeCount() == 0;
  }

  /** How many members it may have. */
  public int limit() {
    return places.limit();
  }

  @Override
  public String toString() {
    return "Pool[" + size() + " of " + limit() + "]";
  }
}
