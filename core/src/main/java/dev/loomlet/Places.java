package dev.loomlet;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A number of places, those who wait for one, and those who wait for all to be free. First come,
 * first served: a place that becomes free is handed to the one who has waited longest.
 */
final class Places {
  private final int limit;
  private final Guard guard = new Guard();

  /** Each wants a place. */
  private final WaitLine takers = new WaitLine(guard);

  /** Each wants to know of a free place, and takes none. */
  private final WaitLine watchers = new WaitLine(guard);

  /** Each wants all places to be free. */
  private final WaitLine joiners = new WaitLine(guard);

  /** Below zero if places were taken that were not there. */
  private int free;

  Places(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException(
          "a size of " + limit + " lets nothing run; give at least 1");
    }
    this.limit = limit;
    this.free = limit;
  }

  int limit() {
    return limit;
  }

  int free() {
    guard.lock();
    int now = Math.max(free, 0);
    guard.unlock();
    return now;
  }

  int taken() {
    guard.lock();
    int now = limit - free;
    guard.unlock();
    return now;
  }

  /** Takes a place if one is free. */
  boolean tryTake() {
    guard.lock();
    boolean got = free > 0;
    if (got) {
      free--;
    }
    guard.unlock();
    return got;
  }

  /** Takes a place that there may not be. */
  void takeRegardless() {
    guard.lock();
    free--;
    guard.unlock();
  }

  /**
   * Takes a place, waiting for it.
   *
   * @return false if the time is over
   */
  boolean take(Object blocker, long nanos) {
    Task.checkpoint();
    if (tryTake()) {
      return true;
    }
    if (nanos <= 0) {
      return false;
    }
    Waiter waiter = new Waiter();
    guard.lock();
    boolean got = free > 0;
    if (got) {
      free--;
    } else {
      takers.add(waiter);
    }
    guard.unlock();
    return got || takers.await(waiter, blocker, nanos);
  }

  /** Waits until a place is free, without taking it. */
  boolean awaitFree(Object blocker, long nanos) {
    return awaitIn(watchers, 1, blocker, nanos);
  }

  /** Waits until all places are free. */
  boolean awaitAllFree(Object blocker, long nanos) {
    return awaitIn(joiners, limit, blocker, nanos);
  }

  private boolean awaitIn(WaitLine line, int wanted, Object blocker, long nanos) {
    Task.checkpoint();
    Waiter waiter = new Waiter();
    guard.lock();
    boolean reached = free >= wanted;
    if (!reached && nanos > 0) {
      line.add(waiter);
    }
    guard.unlock();
    return reached || (nanos > 0 && line.await(waiter, blocker, nanos));
  }

  /** Gives a place back. */
  void giveBack() {
    Waiter chain = null;
    guard.lock();
    free++;
    if (free > 0) {
      Waiter taker = takers.poll();
      if (taker != null) {
        free--;
        taker.grant();
        chain = taker;
      } else {
        chain = grantAll(watchers, null);
        if (free == limit) {
          chain = grantAll(joiners, chain);
        }
      }
    }
    guard.unlock();
    wakeAll(chain);
  }

  /** Grants all in a line and links them by their items. Under the guard of the line. */
  static @Nullable Waiter grantAll(WaitLine line, @Nullable Waiter before) {
    Waiter chain = before;
    for (Waiter each = line.poll(); each != null; each = line.poll()) {
      each.item = chain;
      each.grant();
      chain = each;
    }
    return chain;
  }

  /** Wakes those that {@link #grantAll} linked. */
  static void wakeAll(@Nullable Waiter chain) {
    Waiter each = chain;
    while (each != null) {
      Waiter next = (Waiter) each.item;
      each.item = null;
      each.wake();
      each = next;
    }
  }
}
