package dev.loomlet.sync;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.time.Duration;

/**
 * A number of permits to take and give back, so that no more than that many are at it at once; the
 * {@code Semaphore} of gevent, asyncio, Python's threads and, with fairness on, {@code
 * java.util.concurrent}.
 *
 * {@snippet :
 * Semaphore places = new Semaphore(5);
 * places.run(() -> park(car));
 * }
 *
 * <p>A permit that is released goes to the one who has waited longest; a newcomer does not
 * overtake. Permits belong to nobody: whoever releases need not be who acquired. From any greenlet
 * or thread.
 */
public sealed class Semaphore implements Holdable permits BoundedSemaphore {
  private final Guard guard = new Guard();
  private final WaitLine line = new WaitLine(guard);
  private final int limit;

  /** More than 0 while somebody waits only until {@link #handOut} gets to him. */
  private int available;

  /**
   * Creates a semaphore.
   *
   * @param permits how many there are at first, 0 or more
   */
  public Semaphore(int permits) {
    this(permits, Integer.MAX_VALUE);
  }

  Semaphore(int permits, int limit) {
    if (permits < 0) {
      throw new IllegalArgumentException("a semaphore has 0 permits or more, not " + permits);
    }
    this.available = permits;
    this.limit = limit;
  }

  /**
   * Takes a permit, waiting for one if there is none.
   *
   * @throws Cancelled if the caller is cancelled or interrupted; then it has taken none
   */
  public final void acquire() {
    acquire(Waiter.FOREVER);
  }

  /** Takes a permit if there is one. Does not wait, and is no checkpoint. */
  public final boolean tryAcquire() {
    guard.lock();
    boolean taken = take();
    guard.unlock();
    return taken;
  }

  /**
   * Takes a permit, waiting for a limited time.
   *
   * @param timeout 0 or less not to wait
   * @return whether it has taken one; false if the time is over
   * @throws Cancelled if the caller is cancelled or interrupted; then it has taken none
   */
  public final boolean tryAcquire(Duration timeout) {
    return acquire(TimeLimit.toNanos(timeout));
  }

  private boolean acquire(long nanos) {
    Task.checkpoint();
    if (tryAcquire()) {
      return true;
    }
    if (nanos <= 0) {
      return false;
    }
    Waiter waiter = new Waiter();
    guard.lock();
    boolean taken = take();
    if (!taken) {
      line.add(waiter);
    }
    guard.unlock();
    return taken || line.await(waiter, this, nanos);
  }

  private boolean take() {
    if (available == 0 || !line.isEmpty()) {
      return false;
    }
    available--;
    return true;
  }

  @Override
  public final Held hold() {
    acquire();
    return new Held(this::release);
  }

  /**
   * Gives a permit back. Does not wait.
   *
   * @throws IllegalStateException if there would be more than {@link Integer#MAX_VALUE}, or, for a
   *     {@link BoundedSemaphore}, more than at first
   */
  public final void release() {
    guard.lock();
    boolean room = available < limit;
    Waiter waiter = room ? line.poll() : null;
    if (waiter != null) {
      waiter.grant();
    } else if (room) {
      available++;
    }
    guard.unlock();
    if (waiter != null) {
      waiter.wake();
    } else if (!room) {
      throw tooMany(1);
    }
  }

  /**
   * Gives several permits back, all or none. Does not wait.
   *
   * @param permits 0 or more
   * @throws IllegalStateException as {@link #release()}; then none has been given back
   */
  public final void release(int permits) {
    if (permits < 0) {
      throw new IllegalArgumentException("release 0 permits or more, not " + permits);
    }
    guard.lock();
    boolean room = permits <= limit - available;
    if (room) {
      available += permits;
    }
    guard.unlock();
    if (!room) {
      throw tooMany(permits);
    }
    handOut();
  }

  /** Gives what is available to those who wait, one at a time, so as not to hold the guard long. */
  private void handOut() {
    while (true) {
      guard.lock();
      Waiter waiter = available > 0 ? line.poll() : null;
      if (waiter != null) {
        available--;
        waiter.grant();
      }
      guard.unlock();
      if (waiter == null) {
        return;
      }
      waiter.wake();
    }
  }

  private IllegalStateException tooMany(int permits) {
    return new IllegalStateException(
        "releasing "
            + permits
            + " would make more than "
            + limit
            + " permits: release only what was acquired");
  }

  /** How many could be taken now. */
  public final int availablePermits() {
    guard.lock();
    int now = available;
    guard.unlock();
    return now;
  }

  /** How many wait for one; an estimate. */
  public final int waiting() {
    guard.lock();
    int size = line.size();
    guard.unlock();
    return size;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName()
        + "["
        + availablePermits()
        + " available, "
        + waiting()
        + " waiting]";
  }
}
