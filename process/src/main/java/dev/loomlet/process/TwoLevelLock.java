package dev.loomlet.process;

import dev.loomlet.sync.Mutex;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A {@link LockWord} for the greenlets and threads of several processes: those of a process exclude
 * each other first, so that one of them at a time is there for the process.
 */
final class TwoLevelLock {
  private final Mutex local;
  private final LockWord word;

  TwoLevelLock(String name, MemorySegment memory) {
    this.local = new Mutex(name);
    this.word = new LockWord(memory);
  }

  /**
   * Locks, and waits for that for a limited time.
   *
   * @param nanos 0 or less not to wait; {@link Waiter#FOREVER} for no limit
   * @return as {@link LockWord#lock}
   * @throws dev.loomlet.Cancelled if the caller is cancelled; it is not locked then
   */
  int lock(long nanos) {
    if (nanos == Waiter.FOREVER) {
      local.lock();
      return lockWord(nanos);
    }
    TimeLimit limit = new TimeLimit(nanos);
    boolean mine = local.tryLock() || (nanos > 0 && local.tryLock(Duration.ofNanos(nanos)));
    return mine ? lockWord(limit.left()) : LockWord.TIMED_OUT;
  }

  private int lockWord(long nanos) {
    int how = LockWord.TIMED_OUT;
    try {
      how = word.lock(nanos);
      return how;
    } finally {
      if (how == LockWord.TIMED_OUT) {
        local.unlock();
      }
    }
  }

  /** Unlocks; the caller must have locked it. */
  void unlock() {
    word.unlock();
    local.unlock();
  }

  /** Whether the calling greenlet or thread holds it. */
  boolean isHeldByCaller() {
    return local.isHeldByCurrentThread();
  }

  /** As {@link LockWord#deadPid}. */
  long deadPid() {
    return word.deadPid();
  }
}
