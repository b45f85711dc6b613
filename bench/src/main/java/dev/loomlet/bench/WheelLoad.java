package dev.loomlet.bench;

import dev.loomlet.time.Clock;
import dev.loomlet.time.Timer;
import dev.loomlet.time.TimerWheel;
import java.util.SplittableRandom;

/** A timer wheel with a constant number of timers in it, due in 1 ms to 1 h. */
final class WheelLoad {
  private static final long SHORTEST = 1_000_000;
  private static final long LONGEST = 3_600_000_000_000L;
  private static final int BATCH = 1000;
  private static final int DELAYS = 1 << 12;

  private final TimerWheel wheel = new TimerWheel(Clock.system());
  private final SplittableRandom random = new SplittableRandom(1);
  private final long[] delays = random.longs(DELAYS, SHORTEST, LONGEST).toArray();
  private final Again[] waiting;
  private final Again extra = new Again();
  private final int[] chosen = new int[BATCH];
  private int nextDelay;

  /** Whatever fires is scheduled again, so that the number stays. */
  private final class Again extends Timer {
    @Override
    protected void fire() {
      wheel.schedule(this, delay());
    }
  }

  WheelLoad(int count) {
    waiting = new Again[count];
    for (int i = 0; i < count; i++) {
      waiting[i] = new Again();
      wheel.schedule(waiting[i], delay());
    }
  }

  private long delay() {
    return delays[nextDelay++ & (DELAYS - 1)];
  }

  /** Schedules one more timer and cancels it: the time-out of an operation that came in time. */
  double scheduleAndCancel(long nanos) {
    return repeat(
        nanos,
        () -> {
          for (int i = 0; i < BATCH; i++) {
            wheel.schedule(extra, delay());
            wheel.cancel(extra);
          }
        });
  }

  /** Cancels any of those that wait and schedules it anew: a deadline that is put off. */
  double putOff(long nanos) {
    return repeat(
        nanos,
        () -> {
          for (int i = 0; i < BATCH; i++) {
            Again timer = waiting[chosen[i]];
            wheel.cancel(timer);
            wheel.schedule(timer, delay());
          }
        });
  }

  /** Between batches, which alone are timed, the wheel turns as in a loop. */
  private double repeat(long nanos, Runnable batch) {
    long end = System.nanoTime() + nanos;
    long spent = 0;
    long operations = 0;
    do {
      for (int i = 0; i < BATCH; i++) {
        chosen[i] = random.nextInt(waiting.length);
      }
      wheel.advance();
      long start = System.nanoTime();
      batch.run();
      spent += System.nanoTime() - start;
      operations += BATCH;
    } while (System.nanoTime() - end < 0);
    return (double) spent / operations;
  }
}
