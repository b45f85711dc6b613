package dev.loomlet.process;

import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * A lock between processes, and between the greenlets and threads of each: Python's {@code
 * multiprocessing.Lock}, a robust mutex of pthreads. Capture it in the lambda of a child or of a
 * task, and both have the same lock.
 *
 * {@snippet :
 * lock.lock();
 * try {
 *   stock.sellOne();
 * } finally {
 *   lock.unlock();
 * }
 * }
 *
 * <p>Waiting lets the loop go on. If a process ends while it holds the lock, the next one to lock
 * it gets an {@link OwnerDiedException}, and holds it. Whether a process has ended is the kernel's
 * to say, not a time-out's.
 *
 * <p>Not reentrant.
 */
public final class SharedLock implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;
  private static final int INCONSISTENT = LockWord.SIZE;
  private static final int SIZE = 64;

  private final SharedMemory memory;
  private transient TwoLevelLock lock;
  private transient MemorySegment segment;

  private SharedLock(SharedMemory memory) {
    this.memory = memory;
    this.segment = memory.segment();
    this.lock = new TwoLevelLock("shared lock", segment);
  }

  /**
   * Creates one.
   *
   * @throws IOException if there is no shared memory left
   */
  public static SharedLock create() throws IOException {
    return new SharedLock(SharedMemory.create(SIZE));
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    segment = memory.segment();
    lock = new TwoLevelLock("shared lock", segment);
  }

  /**
   * Waits until it has the lock.
   *
   * @throws OwnerDiedException with the lock held, if its last holder has ended without unlocking
   *     it
   * @throws dev.loomlet.Cancelled without it, if the caller is cancelled
   */
  public void lock() {
    lock(Waiter.FOREVER);
  }

  /**
   * Takes the lock if it is free.
   *
   * @return whether it was
   * @throws OwnerDiedException as {@link #lock}
   */
  public boolean tryLock() {
    return lock(0);
  }

  /**
   * Waits for the lock, for a limited time.
   *
   * @return whether it has it
   * @throws OwnerDiedException as {@link #lock}
   */
  public boolean tryLock(Duration timeout) {
    return lock(TimeLimit.toNanos(timeout));
  }

  private boolean lock(long nanos) {
    int how = lock.lock(nanos);
    if (how == LockWord.TIMED_OUT) {
      return false;
    }
    if (how == LockWord.OWNER_DIED) {
      segment.set(ValueLayout.JAVA_INT, INCONSISTENT, 1);
    }
    if (segment.get(ValueLayout.JAVA_INT, INCONSISTENT) != 0) {
      throw new OwnerDiedException(lock.deadPid());
    }
    return true;
  }

  /**
   * Says that what the lock guards has been repaired after an {@link OwnerDiedException}. Without
   * it the next one gets that exception, too.
   *
   * @throws IllegalMonitorStateException if this process does not hold it
   */
  public void makeConsistent() {
    requireHeld();
    segment.set(ValueLayout.JAVA_INT, INCONSISTENT, 0);
  }

  /**
   * Releases it.
   *
   * @throws IllegalMonitorStateException if the caller does not hold it
   */
  public void unlock() {
    requireHeld();
    lock.unlock();
  }

  private void requireHeld() {
    if (!lock.isHeldByCaller()) {
      throw new IllegalMonitorStateException("the caller does not hold this lock");
    }
  }

  /** Removes its file, if this process has created it; who has the lock can go on using it. */
  @Override
  public void close() {
    memory.close();
  }
}
