package dev.loomlet.bench;

import dev.loomlet.Loomlet;
import dev.loomlet.sync.Mutex;
import dev.loomlet.sync.RLock;
import dev.loomlet.sync.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What a lock costs that nobody else wants. */
@SuppressWarnings("LockNotBeforeTry") // nothing stands between that could fail
final class LockBenchmark implements Benchmark {
  private static final int BATCH = 100_000;
  private static final String REFERENCE = "ReentrantLock";

  @Override
  public String title() {
    return "lock and unlock when nobody else wants it, against ReentrantLock";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "lock",
            "Lock and unlock in one greenlet; in turn in one JVM, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds =
        new Rounds()
            .add(REFERENCE, nanos -> onLoop(nanos, LockBenchmark::reentrantLock))
            .add("Mutex", nanos -> onLoop(nanos, LockBenchmark::mutex))
            .add("RLock", nanos -> onLoop(nanos, LockBenchmark::recursiveLock))
            .add("Semaphore of the JDK", nanos -> onLoop(nanos, LockBenchmark::jdkSemaphore))
            .add("Semaphore", nanos -> onLoop(nanos, LockBenchmark::semaphore));
    rounds.run(options);
    rounds.tell(report, "lock and unlock", REFERENCE);
    rounds.chart(options, "Lock and unlock", "Mutex");
    return report;
  }

  private static double onLoop(long nanos, Timed.Batch batch) throws Exception {
    return Loomlet.run(() -> Timed.repeat(nanos, BATCH, batch));
  }

  private static void reentrantLock() {
    ReentrantLock lock = new ReentrantLock();
    for (int i = 0; i < BATCH; i++) {
      lock.lock();
      lock.unlock();
    }
  }

  private static void mutex() {
    Mutex lock = new Mutex();
    for (int i = 0; i < BATCH; i++) {
      lock.lock();
      lock.unlock();
    }
  }

  private static void recursiveLock() {
    RLock lock = new RLock();
    for (int i = 0; i < BATCH; i++) {
      lock.lock();
      lock.unlock();
    }
  }

  private static void jdkSemaphore() throws InterruptedException {
    java.util.concurrent.Semaphore semaphore = new java.util.concurrent.Semaphore(1);
    for (int i = 0; i < BATCH; i++) {
      semaphore.acquire();
      semaphore.release();
    }
  }

  private static void semaphore() {
    Semaphore semaphore = new Semaphore(1);
    for (int i = 0; i < BATCH; i++) {
      semaphore.acquire();
      semaphore.release();
    }
  }
}
