package dev.loomlet.sync;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.time.Duration;

/**
 * A flag to wait for; the {@code Event} of gevent, asyncio and Python's threads.
 *
 * <p>{@link #set()} wakes everyone who waits at that moment, even if {@link #clear()} follows
 * before the first of them has run. From any greenlet or thread.
 */
public final class Event {
  private final Guard guard = new Guard();
  private volatile boolean set;

  /** Replaced as a whole by {@link #set()}. */
  private WaitLine line = new WaitLine(guard);

  /** Creates an event that is not set. */
  public Event() {}

  /** Whether it is set. */
  public boolean isSet() {
    return set;
  }

  /** Sets it and wakes everyone who waits. Does nothing if it is set. Does not wait. */
  public void set() {
    if (set) {
      return;
    }
    // Those who wait are taken away in one step, so that whoever comes after a clear() that follows
    // is none of them, and are woken one at a time, so that the guard is never held for long.
    WaitLine fresh = new WaitLine(guard);
    guard.lock();
    set = true;
    WaitLine waiting = line;
    line = fresh;
    guard.unlock();
    waiting.grantAll();
  }

  /** Takes it back: from now on it has to be waited for. Does not wait. */
  public void clear() {
    guard.lock();
    set = false;
    guard.unlock();
  }

  /**
   * Waits until it is set. Returns at once if it is.
   *
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public void await() {
    await(Waiter.FOREVER);
  }

  /**
   * Waits until it is set, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether it was set; false if the time is over
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public boolean await(Duration timeout) {
    return await(TimeLimit.toNanos(timeout));
  }

  private boolean await(long nanos) {
    Task.checkpoint();
    if (set || nanos <= 0) {
      return set;
    }
    Waiter waiter = new Waiter();
    guard.lock();
    boolean there = set;
    WaitLine mine = line;
    if (!there) {
      mine.add(waiter);
    }
    guard.unlock();
    return there || mine.await(waiter, this, nanos);
  }

  /** How many wait for it; an estimate. */
  public int waiting() {
    guard.lock();
    int size = line.size();
    guard.unlock();
    return size;
  }

  @Override
  public String toString() {
    return "Event[" + (set ? "set" : "not set, " + waiting() + " waiting") + "]";
  }
}
