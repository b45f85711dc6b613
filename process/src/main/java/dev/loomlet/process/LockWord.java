package dev.loomlet.process;

import dev.loomlet.linux.FutexCalls;
import dev.loomlet.wait.TimeLimit;
import java.lang.foreign.MemorySegment;

/**
 * A lock between processes, in 16 bytes of shared memory: who holds it, and a counter that those
 * who wait sleep on.
 *
 * <p>The word is 0, or the {@link ProcessIdentity} of the holder; its lowest bit says that somebody
 * may be waiting. Who waits sets the bit, and sleeps as long as the counter has not changed; who
 * unlocks a word with the bit counts and wakes one. The one that was woken takes the lock with the
 * bit set, for there may be others; so no wake-up is lost, and one too many at most is made.
 *
 * <p>Who sleeps looks from time to time whether the holder still lives. Only the kernel's word
 * counts for that, no time-out: a process that is stopped, or collects garbage, holds its lock. The
 * identity has the start of the process, so a pid that was given again is not taken for the holder.
 * The answer is remembered for a moment, for those who try again and again.
 *
 * <p>Within a process, callers exclude each other before they come here.
 */
final class LockWord {
  static final int SIZE = 16;

  /** Nothing was done wrong. */
  static final int LOCKED = 0;

  /** It is locked, and its last holder has died. */
  static final int OWNER_DIED = 1;

  /** It is not locked. */
  static final int TIMED_OUT = 2;

  private static final int SPINS = 200;

  /** So long a holder that was seen alive is taken for alive. */
  private static final long SEEN_NANOS = 50_000_000;

  private static final long OWNER = 0;
  private static final long COUNTER = 8;

  private final Words words;
  private final MemorySegment counter;
  private final long self = ProcessIdentity.own();

  /** Of the last holder that has died. */
  private volatile long dead;

  /** Who was alive when somebody looked last. */
  private volatile Seen seen = new Seen(0, 0);

  private record Seen(long holder, long nanos) {}

  LockWord(Words words) {
    this.words = words.at(0, SIZE);
    this.counter = words.memory().asSlice(COUNTER, 4);
  }

  boolean tryLock() {
    return words.compareAndSetLong(OWNER, 0L, self);
  }

  private long owner() {
    return words.getLong(OWNER);
  }

  /** Locks, for a limited time; 0 or less to look only. */
  int lock(long nanos) {
    if (tryLock()) {
      return LOCKED;
    }
    for (int i = 0; nanos > 0 && i < SPINS; i++) {
      Thread.onSpinWait();
      if (owner() == 0 && tryLock()) {
        return LOCKED;
      }
    }
    return lockSlowly(new TimeLimit(nanos));
  }

  private int lockSlowly(TimeLimit limit) {
    while (true) {
      int count = words.getInt(COUNTER);
      long owner = owner();
      if (owner == 0) {
        if (words.compareAndSetLong(OWNER, 0L, self | ProcessIdentity.FLAG)) {
          return LOCKED;
        }
        continue;
      }
      long left = limit.left();
      boolean waits = (owner & ProcessIdentity.FLAG) != 0;
      if (left > 0 && !waits) {
        words.compareAndSetLong(OWNER, owner, owner | ProcessIdentity.FLAG);
        continue;
      }
      if (left > 0) {
        sleep(count, Math.min(left, WakeWord.LOOK_NANOS));
      }
      long now = owner();
      long holder = now & ~ProcessIdentity.FLAG;
      if (holder != 0 && !isAlive(holder)) {
        if (words.compareAndSetLong(OWNER, now, self | ProcessIdentity.FLAG)) {
          dead = holder;
          return OWNER_DIED;
        }
      } else if (left <= 0) {
        return TIMED_OUT;
      }
    }
  }

  /** Asks the kernel, if it was not asked just now: that takes as long as 500 looks at the word. */
  private boolean isAlive(long holder) {
    Seen last = seen;
    if (last.holder == holder && System.nanoTime() - last.nanos < SEEN_NANOS) {
      return true;
    }
    boolean alive = ProcessIdentity.isAlive(holder);
    if (alive) {
      seen = new Seen(holder, System.nanoTime());
    }
    return alive;
  }

  private void sleep(int count, long nanos) {
    try {
      FutexWait.await(counter, count, nanos);
    } catch (Throwable e) {
      // The wake-up may have been for us, who do not take the lock now.
      if (owner() == 0) {
        wakeOne();
      }
      throw e;
    }
  }

  private void wakeOne() {
    int _ = words.getAndAddInt(COUNTER, 1);
    FutexCalls.wake(counter, 1);
  }

  /** The pid of the holder that has died last. */
  long deadPid() {
    return ProcessIdentity.pidOf(dead);
  }

  void unlock() {
    long was = words.getAndSetLong(OWNER, 0L);
    if ((was & ProcessIdentity.FLAG) != 0) {
      wakeOne();
    }
  }
}
