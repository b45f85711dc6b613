package dev.loomlet.sync;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A meeting point: each party waits until all have arrived, then all go on, and it is ready for the
 * next meeting; the {@code Barrier} of asyncio and Python's threads, {@code CyclicBarrier}.
 *
 * <p>All or none: a party that is cancelled or runs out of time while it waits, or as it arrives,
 * breaks the barrier for the others, who get a {@code BrokenBarrierException}; so does everyone who
 * comes later, until {@link #reset()}. A party that is cancelled when the others are let through
 * already has got through as well. From any greenlet or thread.
 */
public final class Barrier {
  private final int parties;
  private final @Nullable Runnable action;
  private final Guard guard = new Guard();
  private Meeting current = new Meeting(guard);

  private enum Phase {
    GATHERING,
    /** All have arrived, and the last one runs the action. */
    COMPLETE,
    OVER,
    BROKEN
  }

  /** One round. When it is over another takes its place, so that nobody waits in two. */
  private static final class Meeting {
    private final WaitLine inside;

    /** Those who came when it was complete, for the next one. */
    private final WaitLine outside;

    private Phase phase = Phase.GATHERING;
    private int arrived;

    /** One of those outside has given up, so that the next one cannot take place. */
    private boolean nextBroken;

    Meeting(Guard guard) {
      inside = new WaitLine(guard);
      outside = new WaitLine(guard);
    }

    /** Whether somebody has given up and is about to break it up. */
    boolean isDeserted() {
      return inside.size() != arrived;
    }

    boolean hasEnded() {
      return phase == Phase.OVER || phase == Phase.BROKEN;
    }
  }

  /**
   * Creates a barrier.
   *
   * @param parties how many meet, 1 or more
   */
  public Barrier(int parties) {
    this.parties = atLeastOne(parties);
    this.action = null;
  }

  /**
   * Creates a barrier with something to do at each meeting.
   *
   * @param parties how many meet, 1 or more
   * @param action run by the last one to arrive before anybody goes on; it may wait. If it throws,
   *     the barrier is broken, and the last one gets what was thrown
   */
  public Barrier(int parties, Runnable action) {
    this.parties = atLeastOne(parties);
    this.action = Objects.requireNonNull(action);
  }

  private static int atLeastOne(int parties) {
    if (parties < 1) {
      throw new IllegalArgumentException("a barrier has 1 party or more, not " + parties);
    }
    return parties;
  }

  /**
   * Waits until all parties have arrived.
   *
   * @return how many were still missing, as with {@code CyclicBarrier}: from {@code parties() - 1}
   *     for the first to arrive to 0 for the last; each number once
   * @throws BrokenBarrierException if the barrier is broken, or is broken or reset meanwhile
   * @throws Cancelled if the caller is cancelled or interrupted, which breaks the barrier
   */
  public int await() throws BrokenBarrierException {
    try {
      return await(Waiter.FOREVER);
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Waits until all parties have arrived, for a limited time.
   *
   * @param timeout 0 or less not to wait, which is for the last one only
   * @return as {@link #await()}
   * @throws TimeoutException if the time is over, which breaks the barrier
   * @throws BrokenBarrierException if the barrier is broken, or is broken or reset meanwhile
   * @throws Cancelled if the caller is cancelled or interrupted, which breaks the barrier
   */
  public int await(Duration timeout) throws BrokenBarrierException, TimeoutException {
    return await(TimeLimit.toNanos(timeout));
  }

  private int await(long nanos) throws BrokenBarrierException, TimeoutException {
    try {
      Task.checkpoint();
    } catch (Throwable e) {
      abort();
      throw e;
    }
    TimeLimit limit = new TimeLimit(nanos);
    while (true) {
      Waiter waiter = new Waiter();
      guard.lock();
      Meeting meeting = current;
      boolean deserted = meeting.phase == Phase.GATHERING && meeting.isDeserted();
      if (deserted) {
        meeting.phase = Phase.BROKEN;
      }
      Phase phase = meeting.phase;
      int missing = phase == Phase.GATHERING ? arrive(meeting, waiter) : 0;
      if (phase == Phase.COMPLETE) {
        meeting.outside.add(waiter);
      }
      guard.unlock();
      if (phase == Phase.GATHERING) {
        if (missing == 0) {
          complete(meeting);
        } else {
          awaitOthers(meeting, waiter, limit.left());
        }
        return missing;
      }
      if (deserted) {
        release(meeting);
        throw brokenMeanwhile();
      }
      if (phase == Phase.BROKEN) {
        throw new BrokenBarrierException("the barrier is broken; reset() mends it");
      }
      awaitNext(meeting, waiter, limit.left());
    }
  }

  /** Under the guard. Returns how many are missing. */
  private int arrive(Meeting meeting, Waiter waiter) {
    meeting.arrived++;
    if (meeting.arrived < parties) {
      meeting.inside.add(waiter);
    } else if (action != null) {
      meeting.phase = Phase.COMPLETE;
    } else {
      close(meeting);
    }
    return parties - meeting.arrived;
  }

  /** Under the guard: it has taken place. */
  private void close(Meeting meeting) {
    meeting.phase = Phase.OVER;
    meeting.inside.grantTogether();
    current = new Meeting(guard);
    if (meeting.nextBroken) {
      current.phase = Phase.BROKEN;
    }
  }

  /** All have arrived: does what is to be done, and lets them go on. */
  private void complete(Meeting meeting) throws BrokenBarrierException {
    if (action != null) {
      try {
        action.run();
      } catch (Throwable e) {
        breakUp(meeting);
        throw e;
      }
      guard.lock();
      boolean together = meeting.phase == Phase.COMPLETE && meeting.inside.size() == parties - 1;
      if (together) {
        close(meeting);
      } else {
        meeting.phase = Phase.BROKEN;
      }
      guard.unlock();
      if (!together) {
        release(meeting);
        throw brokenMeanwhile();
      }
    }
    release(meeting);
  }

  private void awaitOthers(Meeting meeting, Waiter waiter, long nanos)
      throws BrokenBarrierException, TimeoutException {
    boolean released;
    try {
      released = meeting.inside.await(waiter, this, nanos);
    } catch (Throwable e) {
      breakUp(meeting);
      throw e;
    }
    if (!released) {
      breakUp(meeting);
      throw timedOut();
    }
    if (meeting.phase == Phase.BROKEN) {
      throw brokenMeanwhile();
    }
  }

  private void awaitNext(Meeting meeting, Waiter waiter, long nanos) throws TimeoutException {
    boolean released;
    try {
      released = meeting.outside.await(waiter, this, nanos);
    } catch (Throwable e) {
      breakNext(meeting);
      throw e;
    }
    if (!released) {
      breakNext(meeting);
      throw timedOut();
    }
  }

  private static BrokenBarrierException brokenMeanwhile() {
    return new BrokenBarrierException(
        "another party was cancelled, ran out of time or failed, or the barrier was reset");
  }

  private TimeoutException timedOut() {
    return new TimeoutException("not all " + parties + " parties have arrived in time");
  }

  private void breakUp(Meeting meeting) {
    guard.lock();
    boolean goesOn = !meeting.hasEnded();
    if (goesOn) {
      meeting.phase = Phase.BROKEN;
    }
    guard.unlock();
    if (goesOn) {
      release(meeting);
    }
  }

  /** Breaks the one after a meeting, since somebody who was to take part in that has given up. */
  private void breakNext(Meeting meeting) {
    guard.lock();
    meeting.nextBroken = true;
    Meeting next = meeting.hasEnded() ? current : null;
    guard.unlock();
    if (next != null) {
      breakUp(next);
    }
  }

  /** Wakes those who wait in a meeting that has ended, where nobody joins them any more. */
  private void release(Meeting meeting) {
    meeting.inside.grantAll();
    meeting.outside.grantAll();
  }

  /** Breaks the barrier: those who wait get a {@code BrokenBarrierException}. Does not wait. */
  public void abort() {
    guard.lock();
    Meeting meeting = current;
    guard.unlock();
    breakUp(meeting);
  }

  /**
   * Makes it as new, also if it was broken: those who wait get a {@code BrokenBarrierException}.
   * Does not wait.
   */
  public void reset() {
    guard.lock();
    Meeting meeting = current;
    current = new Meeting(guard);
    guard.unlock();
    breakUp(meeting);
  }

  /** Whether it is broken. */
  public boolean isBroken() {
    guard.lock();
    boolean broken = current.phase == Phase.BROKEN;
    guard.unlock();
    return broken;
  }

  /** How many meet. */
  public int parties() {
    return parties;
  }

  /** How many wait for the others; an estimate. */
  public int waiting() {
    guard.lock();
    int size = current.inside.size();
    guard.unlock();
    return size;
  }

  @Override
  public String toString() {
    return "Barrier[" + waiting() + " of " + parties + (isBroken() ? ", broken]" : "]");
  }
}
