package dev.loomlet.engine;

import dev.loomlet.wait.HelperPool;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Threads that block in the place of a loop, in calls of which the kernel cannot say when they
 * would not: on files above all. One pool for the process, of {@value #LIMIT} threads at most.
 */
final class HelperThreads {
  /** Enough to keep a disk with a deep queue busy. */
  static final int LIMIT = 64;

  private static final HelperPool POOL = new HelperPool("loomlet-helper", LIMIT);

  /** Stands for all of them where it is asked what they may touch; is never started. */
  static final Thread ANY = Thread.ofPlatform().unstarted(() -> {});

  private HelperThreads() {}

  /** Has something run on a helper thread. Any thread; does not wait. */
  static void execute(Runnable task) {
    POOL.execute(task);
  }

  /**
   * Has something run on a helper thread, and waits for its end: a greenlet as its loop goes on.
   * The caller can be cancelled before that begins, and is deaf to cancellation then.
   *
   * @param blocker what is waited for, for thread dumps
   * @return the result of the work
   */
  static <T extends @Nullable Object> T call(Object blocker, FileOperations.Work<T> work)
      throws IOException {
    Task.checkpoint();
    return callUncancellably(blocker, work);
  }

  /** As {@link #call}, without a checkpoint. */
  static <T extends @Nullable Object> T callUncancellably(
      Object blocker, FileOperations.Work<T> work) throws IOException {
    Job<T> job = new Job<>(work);
    execute(job);
    job.waiter.awaitUncancellably(blocker);
    return job.result();
  }

  /**
   * Runs the end of something, which may block: a greenlet has a helper thread do it and waits,
   * deaf to cancellation; the thread of a loop that has ended does it itself.
   */
  static void finish(Object blocker, Runnable end) {
    if (!Thread.currentThread().isVirtual()) {
      end.run();
      return;
    }
    Job<@Nullable Void> job =
        new Job<>(
            () -> {
              end.run();
              return null;
            });
    execute(job);
    job.waiter.awaitUncancellably(blocker);
  }

  private static final class Job<T extends @Nullable Object> implements Runnable {
    final Waiter waiter = new Waiter();
    private final FileOperations.Work<T> work;
    private @Nullable Throwable failure;

    @SuppressWarnings("NullAway") // read only after it was set
    private T value;

    @SuppressWarnings("NullAway.Init") // the value is set by run
    Job(FileOperations.Work<T> work) {
      this.work = work;
    }

    @Override
    public void run() {
      try {
        value = work.run();
      } catch (Throwable e) {
        failure = e;
      }
      waiter.grant();
      waiter.wake();
    }

    T result() throws IOException {
      Throwable e = failure;
      if (e == null) {
        return value;
      }
      HelperPool.tellWhoCalled(e);
      switch (e) {
        case IOException io -> throw io;
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        default -> throw new AssertionError("the work throws no other checked exception", e);
      }
    }
  }
}
