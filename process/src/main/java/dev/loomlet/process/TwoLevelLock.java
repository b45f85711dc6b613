package dev.loomlet.process;

import dev.loomlet.CancelScope;
import dev.loomlet.sync.RLock;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@link LockWord} for the greenlets and threads of several processes: those of a process exclude
 * each other first, so that one of them at a time is there for the process.
 */
final class TwoLevelLock {
  /** How often a wait that is deaf to it may be ended. */
  private static final int MOST_ENDS = 1_000;

  private final RLock local;
  private final LockWord word;

  TwoLevelLock(String name, Words words) {
    this.local = new RLock(name);
    this.word = new LockWord(words);
  }

  /**
   * Locks, and waits for that for a limited time. If the caller holds it already, it does once
   * more.
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

  /**
   * Locks if that needs no wait at all, past those of this process who wait: for stretches without
   * any wait in them, which {@link #unlockAtOnce} ends. False does not mean that it is held by
   * somebody alive.
   */
  boolean lockAtOnce() {
    return word.tryLock();
  }

  /** Unlocks after {@link #lockAtOnce}. */
  void unlockAtOnce() {
    word.unlock();
  }

  private int lockWord(long nanos) {
    if (local.holdCount() > 1) {
      return LockWord.LOCKED;
    }
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

  /** Locks, deaf to whatever wants to end the wait; the caller is told of that afterwards. */
  Locking lockUncancellably() {
    Throwable ended = null;
    int[] how = {LockWord.TIMED_OUT};
    for (int i = 0; how[0] == LockWord.TIMED_OUT; i++) {
      try {
        if (Task.of(Thread.currentThread()) == null) {
          how[0] = lock(Waiter.FOREVER); // a plain thread, which no scope can cancel
        } else {
          new CancelScope().withShield(true).run(() -> how[0] = lock(Waiter.FOREVER));
        }
      } catch (Throwable e) {
        // An interrupt, a kill or a Timeout, which may be any error, and comes once.
        ended = e;
        if (i == MOST_ENDS) {
          throw new IllegalStateException("the wait for a shared lock fails again and again", e);
        }
      }
    }
    return new Locking(how[0], ended);
  }

  /**
   * How it was locked.
   *
   * @param how as {@link LockWord#lock}
   * @param ended what is to be thrown for what the caller was deaf to
   */
  record Locking(int how, @Nullable Throwable ended) {
    /** Throws what the caller was deaf to. */
    void throwEnded() {
      if (ended != null) {
        throwAsItIs(ended);
      }
    }
  }

  /** Throws an error of any kind: who kills a greenlet chooses it. */
  static void throwAsItIs(Throwable error) {
    TwoLevelLock.<RuntimeException>sneak(error);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable error) throws E {
    throw (E) error;
  }

  /** Unlocks once; the caller must have locked it. */
  void unlock() {
    if (local.holdCount() == 1) {
      word.unlock();
    }
    local.unlock();
  }

  /** Unlocks however often it was locked, and says how often. */
  int giveUp() {
    int times = local.holdCount();
    for (int i = 0; i < times; i++) {
      unlock();
    }
    return times;
  }

  /** After it was locked once: counts as locked so many times. */
  void rewind(int times) {
    for (int i = 1; i < times; i++) {
      local.lock();
    }
  }

  /** Whether the calling greenlet or thread holds it. */
  boolean isHeldByCaller() {
    return local.isHeldByCurrentThread();
  }

  /** How often the caller has locked it. */
  int holdCount() {
    return local.holdCount();
  }

  /** As {@link LockWord#deadPid}. */
  long deadPid() {
    return word.deadPid();
  }
}
