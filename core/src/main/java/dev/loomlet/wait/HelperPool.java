package dev.loomlet.wait;

import java.util.Arrays;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that block in the place of a loop: daemons that start when all others are busy, and end
 * after some idle seconds. They inherit no thread locals.
 *
 * <p>What waits for a thread is bounded by the greenlets that wait for what it does.
 */
public final class HelperPool {
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor executor;

  /**
   * Creates a pool without a thread.
   *
   * @param name for its threads, which get a number behind it
   * @param limit how many threads it may have
   */
  public HelperPool(String name, int limit) {
    executor =
        new ThreadPoolExecutor(
            0,
            limit,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new IdleFirst(),
            Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name(name + "-", 1)
                .factory(),
            (task, self) -> ((IdleFirst) self.getQueue()).enqueue(task));
  }

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

  /** Has something run on one of the threads. Any thread; does not wait. */
  public void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (OutOfMemoryError e) {
      // No thread can be started: those that there are have to do.
      if (executor.getPoolSize() == 0) {
        throw e;
      }
      ((IdleFirst) executor.getQueue()).enqueue(task);
    }
  }

  /**
   * Adds the caller's stack to that of an error of a helper thread. Without this a trace ends at
   * the helper thread, and does not say who wanted its work.
   */
  public static void tellWhoCalled(Throwable error) {
    StackTraceElement[] there = error.getStackTrace();
    StackTraceElement[] here = new Throwable().getStackTrace();
    StackTraceElement[] both = Arrays.copyOf(there, there.length + here.length);
    System.arraycopy(here, 0, both, there.length, here.length);
    error.setStackTrace(both);
  }
}
