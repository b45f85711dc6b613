package dev.loomlet.process;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/**
 * Waiting, in the middle of what a {@link SharedLock} or {@link SharedReentrantLock} protects, for
 * others to change something: Python's {@code multiprocessing.Condition}; {@code signal} is {@code
 * notify}. Made by {@link SharedLock#newCondition}; to be captured by the lambdas of children
 * together with what it guards.
 *
 * <p>All methods but {@link #close} are for the lock's holder; to everyone else they throw {@code
 * IllegalMonitorStateException}. Who waits gives the lock up, however often he took it, and has it
 * again when the wait ends, whichever way it does. It may be an {@link OwnerDiedException}, as when
 * locking.
 *
 * <p>A signal goes to the one who has waited longest, of whatever process. If he is cancelled, or
 * his process ends, before he has the lock again, the next one of those who waited at that moment
 * gets it; after a death within a second. That may be one signal too many, if he died in the moment
 * of getting it: look again at what was waited for.
 */
public final class SharedCondition implements Condition, Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  private final AbstractSharedLock lock;
  private final SharedMemory memory;
  private transient WaiterTable table;

  SharedCondition(AbstractSharedLock lock) throws IOException {
    this.lock = lock;
    this.memory = SharedMemory.create(WaiterTable.SIZE);
    this.table = new WaiterTable(new Words(memory.segment()));
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (lock == null || memory == null || memory.size() != WaiterTable.SIZE) {
      throw new InvalidObjectException("the parts of a shared condition do not fit");
    }
    table = new WaiterTable(new Words(memory.segment()));
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

  /** Not there: a wait for another process can always be cancelled. */
  @Override
  public void awaitUninterruptibly() {
    throw new UnsupportedOperationException(
        "a wait for other processes can be cancelled and interrupted; use await");
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
    lock.requireHeld("waitFor");
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
    lock.requireHeld("await");
    Task.checkpoint();
    // In the table before the lock is given up, so that no signal passes in between.
    int place = table.enter();
    int times = lock.giveUp();
    Throwable ended = null;
    try {
      sleepUntilSignal(place, new TimeLimit(nanos));
    } catch (Throwable e) {
      ended = e;
    }
    TwoLevelLock.Locking locking = lock.takeBack(times);
    boolean signalled = table.leave(place);
    if (signalled && (ended != null || locking.ended() != null)) {
      table.signal(1); // Cancelled means that it did not happen.
    }
    try {
      lock.tell(locking);
    } catch (OwnerDiedException e) {
      if (ended != null) {
        e.addSuppressed(ended);
      }
      throw e;
    }
    if (ended != null) {
      TwoLevelLock.throwAsItIs(ended);
    }
    return signalled;
  }

  private void sleepUntilSignal(int place, TimeLimit limit) {
    while (!table.isSignalled(place)) {
      long left = limit.left();
      if (left <= 0) {
        return;
      }
      FutexWait.await(table.word(place), WaiterTable.WAITING, Math.min(left, WakeWord.LOOK_NANOS));
      if (!table.isSignalled(place) && table.hasSignalOfTheDead(place)) {
        return; // with the lock held, it can be taken over
      }
    }
  }

  /**
   * Wakes the one who has waited longest, if there is one. He waits for the lock then. Does not
   * wait, and is no checkpoint.
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
    lock.requireHeld("signal");
    if (count < 0) {
      throw new IllegalArgumentException("signal 0 waiters or more, not " + count);
    }
    table.signal(count);
  }

  /** Removes its file, if this process has created it; not that of the lock. */
  @Override
  public void close() {
    memory.close();
  }
}
