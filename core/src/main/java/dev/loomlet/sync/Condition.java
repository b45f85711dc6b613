package dev.loomlet.sync;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waiting, in the middle of what a lock protects, for others to change something; made by {@link
 * Mutex#newCondition()} and {@link RLock#newCondition()}. The {@code Condition} of asyncio, trio
 * and Python's threads, with the names of {@code java.util.concurrent}: {@code signal} is {@code
 * notify}.
 *
 * {@snippet :
 * mutex.lock();
 * try {
 *   notEmpty.waitFor(() -> !items.isEmpty());
 *   return items.removeFirst();
 * } finally {
 *   mutex.unlock();
 * }
 * }
 *
 * <p>All methods are for the lock's owner; to everyone else they throw {@code
 * IllegalMonitorStateException}. Who waits gives the lock up, however often he took it, and has it
 * again when the wait ends, whichever way it does: after a cancellation, too, he first waits for
 * the lock, deaf to everything.
 *
 * <p>A signal goes to the one who has waited longest, and counts as received from that moment on:
 * if he is cancelled or runs out of time before he has the lock again, his wait has succeeded all
 * the same, and the cancellation is thrown at his next checkpoint. One who was cancelled before
 * gets no signal, so the next one does. Nobody wakes without a signal, but others may have had the
 * lock before him: look again at what was waited for.
 */
public final class Condition implements java.util.concurrent.locks.Condition {
  private final FairLock lock;
  private final Guard guard = new Guard();
  private final WaitLine line = new WaitLine(guard);

  Condition(FairLock lock) {
    this.lock = lock;
  }

  /**
   * Waits for a signal.
   *
   * @throws InterruptedException if the calling thread is interrupted
   * @throws Cancelled if the calling greenlet is cancelled otherwise
   */
  @Override
  public void await() throws InterruptedException {
    signalledInterruptibly(Waiter.FOREVER);
  }

  /**
   * Waits for a signal, for a limited time.
   *
   * @return whether it was signalled; false if the time is over
   * @throws InterruptedException if the calling thread is interrupted
   * @throws Cancelled if the calling greenlet is cancelled otherwise
   */
  @Override
  public boolean await(long time, TimeUnit unit) throws InterruptedException {
    return signalledInterruptibly(unit.toNanos(time));
  }

  /**
   * Waits for a signal, for a limited time.
   *
   * @param timeout 0 or less only gives the lock up and takes it back
   * @return whether it was signalled; false if the time is over
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public boolean await(Duration timeout) {
    return signalled(TimeLimit.toNanos(timeout));
  }

  /**
   * Waits for a signal, for a limited time.
   *
   * @return what is left of the time when the lock is held again; 0 or less if nothing is
   * @throws InterruptedException if the calling thread is interrupted
   * @throws Cancelled if the calling greenlet is cancelled otherwise
   */
  @Override
  public long awaitNanos(long nanosTimeout) throws InterruptedException {
    TimeLimit limit = new TimeLimit(nanosTimeout);
    signalledInterruptibly(nanosTimeout);
    return limit.left();
  }

  /**
   * Waits for a signal until a time of day, by the loop's clock.
   *
   * @return whether it was signalled; false if the time has come
   * @throws InterruptedException if the calling thread is interrupted
   * @throws Cancelled if the calling greenlet is cancelled otherwise
   */
  @Override
  public boolean awaitUntil(Date deadline) throws InterruptedException {
    return signalledInterruptibly(TimeLimit.nanosUntil(deadline));
  }

  /** Waits for a signal, deaf to interrupts and to cancellation. No checkpoint. */
  @Override
  public void awaitUninterruptibly() {
    lock.requireOwner("await");
    Waiter waiter = queue();
    int times = lock.giveUp();
    line.awaitUncancellably(waiter, this);
    lock.takeBack(times);
  }

  /**
   * Waits until something holds; Python's {@code wait_for}. Does not wait if it does already.
   *
   * @param holds is asked with the lock held, at first and after each signal
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public void waitFor(BooleanSupplier holds) {
    waitFor(holds, Waiter.FOREVER);
  }

  /**
   * Waits until something holds, for a limited time.
   *
   * @param holds is asked with the lock held, at first, after each signal and when the time is over
   * @param timeout 0 or less to ask once
   * @return whether it holds
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public boolean waitFor(BooleanSupplier holds, Duration timeout) {
    return waitFor(holds, TimeLimit.toNanos(timeout));
  }

  private boolean waitFor(BooleanSupplier holds, long nanos) {
    lock.requireOwner("waitFor");
    Task.checkpoint();
    TimeLimit limit = new TimeLimit(nanos);
    while (!holds.getAsBoolean()) {
      long left = limit.left();
      if (left <= 0) {
        return false;
      }
      signalled(left);
    }
    return true;
  }

  private boolean signalledInterruptibly(long nanos) throws InterruptedException {
    try {
      return signalled(nanos);
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  private boolean signalled(long nanos) {
    lock.requireOwner("await");
    Task.checkpoint();
    // In the line before the lock is given up, so that no signal passes in between.
    Waiter waiter = queue();
    int times = lock.giveUp();
    try {
      return line.await(waiter, this, nanos);
    } finally {
      lock.takeBack(times);
    }
  }

  private Waiter queue() {
    Waiter waiter = new Waiter();
    guard.lock();
    line.add(waiter);
    guard.unlock();
    return waiter;
  }

  /**
   * Wakes the one who has waited longest, if there is one. He waits for the lock then, which the
   * caller gives up when it likes. Does not wait, and is no checkpoint.
   */
  @Override
  public void signal() {
    signal(1);
  }

  /** Wakes everyone who waits. Does not wait, and is no checkpoint. */
  @Override
  public void signalAll() {
    signal(Integer.MAX_VALUE);
  }

  /**
   * Wakes those who have waited longest. Does not wait, and is no checkpoint.
   *
   * @param count how many at most, 0 or more
   */
  public void signal(int count) {
    lock.requireOwner("signal");
    if (count < 0) {
      throw new IllegalArgumentException("signal 0 waiters or more, not " + count);
    }
    // Nobody can join them meanwhile, since that takes the lock.
    line.grant(count);
  }

  /** How many wait for a signal; an estimate. */
  public int waiting() {
    guard.lock();
    int size = line.size();
    guard.unlock();
    return size;
  }

  @Override
  public String toString() {
    return "Condition[" + waiting() + " waiting, of " + lock + "]";
  }
}
