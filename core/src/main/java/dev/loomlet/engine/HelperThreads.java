package dev.loomlet.engine;

import dev.loomlet.wait.Task;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads that block in the place of a loop, in calls of which the kernel cannot say when they
 * would not: on files above all. One pool for the process, of daemons that start when all others
 * are busy, {@value #LIMIT} at most, and end after some idle seconds.
 *
 * <p>What waits for a thread is bounded by the greenlets that wait for what it does.
 */
final class HelperThreads {
  /** Enough to keep a disk with a deep queue busy. */
  static final int LIMIT = 64;

  private static final long IDLE_SECONDS = 10;

  private static final ThreadPoolExecutor EXECUTOR =
      new ThreadPoolExecutor(
          0,
          LIMIT,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new IdleFirst(),
          Thread.ofPlatform()
              .daemon()
              .inheritInheritableThreadLocals(false)
              .name("loomlet-helper-", 1)
              .factory(),
          (task, executor) -> ((IdleFirst) executor.getQueue()).enqueue(task));

  /** Stands for all of them where it is asked what they may touch; is never started. */
  static final Thread ANY = Thread.ofPlatform().unstarted(() -> {});

  private HelperThreads() {}

  /**
   * Takes a task only if a thread is waiting for it, so that the executor starts another thread
   * before it lets a task wait; when it may not, its handler of rejections queues the task.
   */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    void enqueue(Runnable task) {
      super.offer(task);
    }
  }

  /** Has something run on a helper thread. Any thread; does not wait. */
  static void execute(Runnable task) {
    try {
      EXECUTOR.execute(task);
    } catch (OutOfMemoryError e) {
      // No thread can be started: those that there are have to do.
      if (EXECUTOR.getPoolSize() == 0) {
        throw e;
      }
      ((IdleFirst) EXECUTOR.getQueue()).enqueue(task);
    }
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
      tellWhoCalled(e);
      switch (e) {
        case IOException io -> throw io;
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        default -> throw new AssertionError("the work throws no other checked exception", e);
      }
    }

    /** Without this a trace ends at the helper thread, and does not say who wanted the file. */
    private static void tellWhoCalled(Throwable e) {
      StackTraceElement[] there = e.getStackTrace();
      StackTraceElement[] here = new Throwable().getStackTrace();
      StackTraceElement[] both = Arrays.copyOf(there, there.length + here.length);
      System.arraycopy(here, 0, both, there.length, here.length);
      e.setStackTrace(both);
    }
  }
}
