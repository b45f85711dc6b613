package dev.loomlet.bench;

import dev.loomlet.Loomlet;
import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.ProcessOptions;
import dev.loomlet.process.SharedLock;
import dev.loomlet.process.SharedLong;
import java.io.Serializable;
import java.util.concurrent.FutureTask;

/**
 * A lock that two processes take in turn. Who has it keeps it so long that the other one sleeps,
 * and does not want it again before the other one has it; as {@code futex_mutex.c} does.
 */
final class HandOverMeasure {
  /** For how many nanoseconds the lock is kept. */
  static final String HOLD = "20000";

  private static final long HOLD_NANOS = Long.parseLong(HOLD);
  private static final int BATCH = 200;

  private HandOverMeasure() {}

  /**
   * Nanoseconds of a hand-over between two threads that have no loop, without the time for which
   * the lock is kept.
   */
  static double betweenThreads(long nanos) throws Exception {
    FutureTask<Double> measure =
        new FutureTask<>(() -> nanosEach(nanos, HandOverMeasure::takeTurnsForever));
    Thread.ofPlatform().daemon().start(measure);
    return measure.get();
  }

  /** The same between two greenlets, each the only one of its loop. */
  static double betweenGreenlets(long nanos) throws Exception {
    FutureTask<Double> measure =
        new FutureTask<>(
            () ->
                Loomlet.run(
                    () ->
                        nanosEach(
                            nanos,
                            (lock, holder) -> Loomlet.run(() -> takeTurnsForever(lock, holder)))));
    Thread.ofPlatform().daemon().start(measure);
    return measure.get();
  }

  /** What the other process does. */
  private interface Turns extends Serializable {
    void take(SharedLock lock, SharedLong holder) throws Exception;
  }

  private static double nanosEach(long nanos, Turns others) throws Exception {
    ProcessOptions quiet = ProcessOptions.defaults().withErrors(ProcessOptions.Stream.DISCARD);
    try (SharedLock lock = SharedLock.create();
        SharedLong holder = SharedLong.create(0);
        JavaProcess _ = JavaProcess.start(quiet, () -> others.take(lock, holder))) {
      Timed.Batch turns =
          () -> {
            for (int i = 0; i < BATCH; i++) {
              takeTurn(lock, holder, 1);
            }
          };
      // A round is two hand-overs, and the lock is kept twice.
      return (Timed.repeatCompiled(nanos, BATCH, turns) - 2 * HOLD_NANOS) / 2;
    }
  }

  private static void takeTurnsForever(SharedLock lock, SharedLong holder) {
    while (true) {
      takeTurn(lock, holder, 2);
    }
  }

  private static void takeTurn(SharedLock lock, SharedLong holder, long self) {
    lock.lock();
    try {
      holder.set(self);
      long begun = System.nanoTime();
      while (System.nanoTime() - begun < HOLD_NANOS) {
        Thread.onSpinWait();
      }
    } finally {
      lock.unlock();
    }
    while (holder.get() == self) {
      Thread.onSpinWait();
    }
  }
}
