package dev.loomlet.process;

import dev.loomlet.linux.FutexCalls;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

/**
 * Where those wait who want something in shared memory to change, in 8 bytes: a number that counts
 * wake-ups, and a flag that says that somebody may wait.
 *
 * <p>Who waits reads the number, sets the flag, looks once more whether the change is there, and
 * sleeps as long as the number is the one it has read. Who makes the change looks at the flag
 * afterwards, takes it away, counts and wakes everybody. Either sees the other. The flag is no
 * count of those who wait: one that has died would be counted for ever.
 *
 * <p>Nobody relies on a wake-up alone: who sleeps looks again after a while, since whoever made the
 * change may have died before it could wake, and since there are changes that nobody makes, such as
 * the death of a process.
 */
final class WakeWord {
  static final int SIZE = 8;

  /** How long a sleep is at most. */
  static final long LOOK_NANOS = 250_000_000;

  private static final int COUNT = 0;
  private static final int WAITERS = 4;
  private static final int SPINS = 100;

  private final Words words;
  private final MemorySegment count;

  WakeWord(Words words, long at) {
    this.words = words.at(at, SIZE);
    this.count = this.words.memory().asSlice(COUNT, 4);
  }

  /**
   * Waits until something may have changed, or it is time to look for those who have died.
   *
   * @param changed whether the caller need not wait
   * @param nanos how long at most; 0 or less to look only
   * @return false if there is no time, and nothing has changed
   * @throws dev.loomlet.Cancelled if the caller is cancelled
   */
  boolean await(BooleanSupplier changed, long nanos) {
    if (nanos <= 0) {
      return changed.getAsBoolean();
    }
    for (int i = 0; i < SPINS; i++) {
      if (changed.getAsBoolean()) {
        return true;
      }
      Thread.onSpinWait();
    }
    int seen = announce();
    if (!changed.getAsBoolean()) {
      FutexWait.await(count, seen, Math.min(nanos, LOOK_NANOS));
    }
    return true;
  }

  /** Says that somebody is about to wait; he has to look once more then. */
  int announce() {
    int seen = count();
    words.setInt(WAITERS, 1);
    return seen;
  }

  /** How often somebody was woken: who has seen another number than this need not sleep. */
  int count() {
    return words.getInt(COUNT);
  }

  /** Wakes everybody, after a change. Does not wait. */
  void wakeAll() {
    // The store of the change and the look at the flag must not be exchanged.
    VarHandle.fullFence();
    if (words.getIntOpaque(WAITERS) != 0) {
      words.setInt(WAITERS, 0);
      int _ = words.getAndAddInt(COUNT, 1);
      FutexCalls.wake(count, Integer.MAX_VALUE);
    }
  }
}
