package dev.loomlet.wait;

import dev.loomlet.Cancelled;
import dev.loomlet.LoopExit;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one thing, first come first served.
 *
 * <p>A list threaded through the {@link Waiter}s. Unless a method says otherwise it is called under
 * the guard given at creation.
 */
public final class WaitLine {
  private final Guard guard;
  private @Nullable Waiter first;
  private @Nullable Waiter last;
  private int size;

  /**
   * Creates an empty line.
   *
   * @param guard under which it is changed; several lines may share one
   */
  public WaitLine(Guard guard) {
    this.guard = guard;
  }

  /** Whether nobody waits. */
  public boolean isEmpty() {
    return first == null;
  }

  /** How many wait. */
  public int size() {
    return size;
  }

  /** The one who has waited longest, or null. */
  public @Nullable Waiter first() {
    return first;
  }

  /** The one behind another in this line, or null. */
  public @Nullable Waiter after(Waiter waiter) {
    return waiter.next;
  }

  /** Adds a waiter at the end. */
  public void add(Waiter waiter) {
    waiter.inLine = true;
    waiter.previous = last;
    waiter.next = null;
    if (last == null) {
      first = waiter;
    } else {
      last.next = waiter;
    }
    last = waiter;
    size++;
  }

  /** Adds a waiter at the front, where it had been before. */
  public void addFirst(Waiter waiter) {
    waiter.inLine = true;
    waiter.previous = null;
    waiter.next = first;
    if (first == null) {
      last = waiter;
    } else {
      first.previous = waiter;
    }
    first = waiter;
    size++;
  }

  /** Takes the first out of the line, or returns null. */
  public @Nullable Waiter poll() {
    Waiter waiter = first;
    if (waiter != null) {
      remove(waiter);
    }
    return waiter;
  }

  /**
   * Takes the first out of the line and grants it, or returns null; {@link #wake} must follow, not
   * under the guard.
   */
  public @Nullable Waiter grantFirst() {
    Waiter waiter = poll();
    if (waiter != null) {
      waiter.grant();
    }
    return waiter;
  }

  /** Wakes whom {@link #grantFirst} has granted, if anybody. Not under the guard. */
  public static void wake(@Nullable Waiter granted) {
    if (granted != null) {
      granted.wake();
    }
  }

  /**
   * Grants everyone in it at once, so that nobody can give up who has been granted together with
   * the others; {@link #grantAll} must follow, and wakes them.
   */
  public void grantTogether() {
    for (Waiter each = first; each != null; each = each.next) {
      each.grant();
    }
  }

  /** Grants and wakes everyone in it, one at a time. Not under the guard. */
  public void grantAll() {
    grant(Integer.MAX_VALUE);
  }

  /**
   * Grants and wakes those who have waited longest, one at a time, so that the guard is never held
   * for long. Not under the guard.
   *
   * @param count how many at most
   */
  public void grant(int count) {
    for (int i = 0; i < count; i++) {
      guard.lock();
      Waiter waiter = grantFirst();
      guard.unlock();
      if (waiter == null) {
        return;
      }
      waiter.wake();
    }
  }

  /**
   * Takes the first that can be claimed out of the line, and those before it, or returns null. It
   * must be granted.
   */
  public @Nullable Waiter claimFirst() {
    Waiter waiter = poll();
    while (waiter != null && !waiter.claim()) {
      waiter = poll();
    }
    return waiter;
  }

  /** The first that is open, or null; takes those before it out of the line. */
  public @Nullable Waiter firstOpen() {
    while (first != null && !first.isOpen()) {
      remove(first);
    }
    return first;
  }

  /**
   * Takes a waiter out.
   *
   * @return false if it was not in the line
   */
  public boolean remove(Waiter waiter) {
    if (!waiter.inLine) {
      return false;
    }
    Waiter before = waiter.previous;
    Waiter behind = waiter.next;
    if (before == null) {
      first = behind;
    } else {
      before.next = behind;
    }
    if (behind == null) {
      last = before;
    } else {
      behind.previous = before;
    }
    waiter.previous = null;
    waiter.next = null;
    waiter.inLine = false;
    size--;
    return true;
  }

  /**
   * Waits, outside of the guard, until a waiter of this line is granted. If the time is over or the
   * caller is cancelled, takes it out of the line, unless it has been granted meanwhile: then the
   * wait has succeeded after all, and a cancellation stays due.
   *
   * @param waiter made by the calling thread; in the line, or granted already
   * @param blocker what is waited for, for thread dumps and the search for deadlocks
   * @param nanos how long at most; {@link Waiter#FOREVER} for no limit
   * @return whether it was granted; otherwise the time is over
   * @throws Cancelled if the caller was cancelled or interrupted, and the wait has not succeeded
   * @throws LoopExit if the caller is a hub for which nothing can happen any more
   */
  public boolean await(Waiter waiter, Object blocker, long nanos) {
    Waiter.Outcome outcome;
    try {
      outcome = waiter.awaitBeforeCheckpoint(blocker, nanos);
    } catch (Throwable e) {
      // It cannot wait at all, for instance in a timer of its own loop.
      if (leave(waiter)) {
        throw e;
      }
      return true;
    }
    if (outcome == Waiter.Outcome.GRANTED) {
      return true;
    }
    if (!leave(waiter)) {
      waiter.endedOtherwise();
      return true;
    }
    if (outcome == Waiter.Outcome.TIMED_OUT) {
      return false;
    }
    Task.checkpoint();
    throw new AssertionError("a wait was given up, but nothing was due");
  }

  /**
   * As {@link #await}, without a limit and deaf to cancellation and interrupts.
   *
   * @throws IllegalStateException if the caller cannot wait at all; it has then left the line
   */
  public void awaitUncancellably(Waiter waiter, Object blocker) {
    try {
      waiter.awaitUncancellably(blocker);
    } catch (Throwable e) {
      if (leave(waiter)) {
        throw e;
      }
    }
  }

  /** Takes a waiter out of the line, unless it was granted. */
  private boolean leave(Waiter waiter) {
    guard.lock();
    boolean granted = waiter.isGranted();
    if (!granted) {
      remove(waiter);
    }
    guard.unlock();
    return !granted;
  }
}
