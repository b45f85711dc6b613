package dev.loomlet.process;

import dev.loomlet.Cancelled;
import dev.loomlet.sync.Mutex;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.time.Duration;

/**
 * A number of permits that processes take and give back: Python's {@code
 * multiprocessing.Semaphore}. Capture it in the lambda of a child or of a task, and both have the
 * same one.
 *
 * <p>Permits belong to nobody: whoever releases need not be who acquired, so that one process can
 * tell another something by releasing. Hence nobody can say whose permits those of a process that
 * has died were, and they stay away, as in Python. {@link SharedBoundedSemaphore} knows, and gives
 * them back.
 *
 * <p>Waiting lets the loop go on. Those of one process get their permits in the order in which they
 * came; between processes there is no order.
 */
public sealed class SharedSemaphore extends SharedWords permits SharedBoundedSemaphore {
  private static final long serialVersionUID = 1;
  private static final int AVAILABLE = 0;
  private static final int WAKE = 8;

  /** Those of this process who wait: one of them at a time does so in shared memory. */
  private transient Mutex line;

  private transient WakeWord wake;

  SharedSemaphore(SharedMemory memory, long size) {
    super(memory, 0, size);
    this.line = ownLine();
    this.wake = new WakeWord(words(), WAKE);
  }

  private Mutex ownLine() {
    return local(Mutex.class, _ -> new Mutex("shared semaphore"));
  }

  /**
   * Creates one.
   *
   * @param permits how many there are at first, 0 or more
   * @throws IOException if there is no shared memory left
   */
  public static SharedSemaphore create(int permits) throws IOException {
    if (permits < 0) {
      throw new IllegalArgumentException("a semaphore has 0 permits or more, not " + permits);
    }
    SharedSemaphore semaphore = new SharedSemaphore(SharedMemory.create(LINE), LINE);
    semaphore.words().setInt(AVAILABLE, permits);
    return semaphore;
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    line = ownLine();
    wake = new WakeWord(words(), WAKE);
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
    return take() || takeFromTheDead();
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
    if (take()) {
      return true;
    }
    if (nanos <= 0) {
      return takeFromTheDead();
    }
    TimeLimit limit = new TimeLimit(nanos);
    if (nanos == Waiter.FOREVER) {
      line.lock();
    } else if (!line.tryLock(Duration.ofNanos(nanos))) {
      return false;
    }
    try {
      return awaitPermit(limit);
    } finally {
      line.unlock();
    }
  }

  private boolean awaitPermit(TimeLimit limit) {
    while (!take()) {
      boolean inTime = wake.await(() -> availablePermits() > 0, limit.left());
      if (take() || takeFromTheDead()) {
        return true;
      }
      if (!inTime) {
        return false;
      }
    }
    return true;
  }

  /** Takes a permit in one step, if there is one. */
  boolean take() {
    while (true) {
      int available = words().getInt(AVAILABLE);
      if (available <= 0) {
        return false;
      }
      if (words().compareAndSetInt(AVAILABLE, available, available - 1)) {
        return true;
      }
    }
  }

  /** Takes one that a process had which has ended, if it can be told. */
  boolean takeFromTheDead() {
    return false;
  }

  /**
   * Gives a permit back. Does not wait.
   *
   * @throws IllegalStateException as {@link #release(int)}
   */
  public final void release() {
    release(1);
  }

  /**
   * Gives several permits back. Does not wait.
   *
   * @param permits 0 or more
   * @throws IllegalStateException if there would be more than {@link Integer#MAX_VALUE}, or, for a
   *     {@link SharedBoundedSemaphore}, more than at first; then none has been given back
   */
  public final void release(int permits) {
    if (permits < 0) {
      throw new IllegalArgumentException("release 0 permits or more, not " + permits);
    }
    if (permits > 0) {
      giveBack(permits);
      wake.wakeAll();
    }
  }

  /** Gives permits back, each in one step. */
  void giveBack(int permits) {
    while (true) {
      int available = words().getInt(AVAILABLE);
      if (permits > Integer.MAX_VALUE - available) {
        throw tooMany(permits, Integer.MAX_VALUE);
      }
      if (words().compareAndSetInt(AVAILABLE, available, available + permits)) {
        return;
      }
    }
  }

  static IllegalStateException tooMany(int permits, int limit) {
    return new IllegalStateException(
        "releasing "
            + permits
            + " would make more than "
            + limit
            + " permits: release only what was acquired");
  }

  /** How many could be taken now. */
  public int availablePermits() {
    return words().getInt(AVAILABLE);
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + availablePermits() + " available]";
  }
}
