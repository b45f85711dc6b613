package dev.loomlet.process;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/** What both locks between processes are but for taking one that is one's own. */
abstract sealed class AbstractSharedLock extends SharedWords implements Lock
    permits SharedLock, SharedReentrantLock {
  private static final long serialVersionUID = 1;

  /** Of a lock in a block. */
  static final long SIZE = LINE;

  private static final int INCONSISTENT = LockWord.SIZE;

  private transient TwoLevelLock lock;

  AbstractSharedLock(SharedMemory memory, long offset) {
    super(memory, offset, SIZE);
    lock = own();
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    requireSize(SIZE);
    lock = own();
  }

  private TwoLevelLock own() {
    return local(TwoLevelLock.class, words -> new TwoLevelLock("shared lock", words));
  }

  /**
   * Says whether the caller may lock what it holds.
   *
   * @param waits whether it would wait for itself otherwise
   */
  abstract boolean allowsAgain(boolean waits);

  /**
   * Waits until it has the lock. Unlike {@code java.util.concurrent}'s it can be cancelled
   * meanwhile.
   *
   * @throws OwnerDiedException with the lock held, if its last holder has ended without unlocking
   *     it
   * @throws Cancelled without it, if the caller is cancelled or interrupted
   */
  @Override
  public final void lock() {
    lock(Waiter.FOREVER);
  }

  /**
   * As {@link #lock}, but an interrupt is an {@code InterruptedException}.
   *
   * @throws InterruptedException without the lock, if the calling thread is interrupted
   */
  @Override
  public final void lockInterruptibly() throws InterruptedException {
    try {
      lock();
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  /**
   * Takes the lock if it is free. Does not wait.
   *
   * @return whether it was
   * @throws OwnerDiedException as {@link #lock}
   */
  @Override
  public final boolean tryLock() {
    return lock(0);
  }

  /**
   * Waits for the lock, for a limited time.
   *
   * @param timeout 0 or less not to wait
   * @return whether it has it
   * @throws OwnerDiedException as {@link #lock}
   * @throws Cancelled without it, if the caller is cancelled or interrupted
   */
  public final boolean tryLock(Duration timeout) {
    return lock(TimeLimit.toNanos(timeout));
  }

  /**
   * As {@link #tryLock(Duration)}, but an interrupt is an {@code InterruptedException}.
   *
   * @throws InterruptedException without the lock, if the calling thread is interrupted
   */
  @Override
  public final boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    try {
      return lock(unit.toNanos(time));
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  private boolean lock(long nanos) {
    if (lock.isHeldByCaller() && !allowsAgain(nanos > 0)) {
      return false;
    }
    int how = lock.lock(nanos);
    if (how == LockWord.TIMED_OUT) {
      return false;
    }
    if (lock.holdCount() == 1) {
      tellOfDeath(how);
    }
    return true;
  }

  private void tellOfDeath(int how) {
    if (how == LockWord.OWNER_DIED) {
      words().setInt(INCONSISTENT, 1);
    }
    if (words().getIntOpaque(INCONSISTENT) != 0) {
      throw new OwnerDiedException(lock.deadPid());
    }
  }

  /** Gives it up, however often it was taken, and says what {@link #takeBack} needs. */
  final int giveUp() {
    return lock.giveUp();
  }

  /** Takes it as often as it was given up, deaf to cancellation, which is told afterwards. */
  final TwoLevelLock.Locking takeBack(int times) {
    TwoLevelLock.Locking locking = lock.lockUncancellably();
    lock.rewind(times);
    return locking;
  }

  /** Throws what {@link #takeBack} has found. */
  final void tell(TwoLevelLock.Locking locking) {
    tellOfDeath(locking.how());
    locking.throwEnded();
  }

  /**
   * A condition of this lock, to wait in while the lock is given up. It is in shared memory of its
   * own: give it to those who are to have it, as the lock, and close it.
   *
   * @throws UncheckedIOException if there is no shared memory left
   */
  @Override
  public final SharedCondition newCondition() {
    try {
      return new SharedCondition(this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Says that what the lock guards has been repaired after an {@link OwnerDiedException}. Without
   * it the next one gets that exception, too.
   *
   * @throws IllegalMonitorStateException if the caller does not hold it
   */
  public final void makeConsistent() {
    requireHeld("makeConsistent");
    words().setInt(INCONSISTENT, 0);
  }

  /**
   * Releases it. Does not wait.
   *
   * @throws IllegalMonitorStateException if the caller does not hold it
   */
  @Override
  public final void unlock() {
    requireHeld("unlock");
    lock.unlock();
  }

  final void requireHeld(String operation) {
    if (!lock.isHeldByCaller()) {
      throw new IllegalMonitorStateException(
          operation + " is for the holder of a lock, and the caller does not hold this one");
    }
  }

  /** Whether the calling greenlet or thread holds it. */
  public final boolean isHeldByCurrentThread() {
    return lock.isHeldByCaller();
  }

  final int holds() {
    return lock.holdCount();
  }
}
