package dev.loomlet;

import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads for code that would hold up a loop, because it computes for long or blocks in a
 * way the loop does not see; {@code gevent.threadpool.ThreadPool}.
 *
 * {@snippet :
 * try (ThreadPool pool = new ThreadPool(4)) {
 *   byte[] hash = pool.apply(() -> slowHash(password)); // other greenlets go on
 * }
 * }
 *
 * <p>Work that has begun goes on when the greenlet that waits for it is cancelled, since a thread
 * can only be asked to end: {@link AsyncResult#cancel cancel(true)} on the result interrupts it,
 * {@code cancel(false)} only takes back what has not begun. A result that was cancelled has ended,
 * although its thread may still be busy.
 *
 * <p>The threads are daemons, start when they are needed and end after ten idle seconds. They
 * inherit no thread locals. All methods may be called in greenlets of any loop and on any thread.
 */
public final class ThreadPool extends Workers implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final String name;
  private final Places places;
  private final ThreadPoolExecutor executor;

  /**
   * Creates a pool.
   *
   * @param size how many threads it may have; at least 1
   */
  public ThreadPool(int size) {
    this("loomlet-pool", size);
  }

  /**
   * Creates a pool.
   *
   * @param name for its threads, which get a number behind it
   * @param size how many threads it may have; at least 1
   */
  public ThreadPool(String name, int size) {
    this.name = Objects.requireNonNull(name);
    this.places = new Places(size);
    this.executor =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name(name + "-", 1)
                .factory());
    executor.allowCoreThreadTimeOut(true);
  }

  /** The pool behind {@link Loomlet#runInExecutor(Callable)}; as large as asyncio's. */
  static ThreadPool common() {
    return Common.POOL;
  }

  private static final class Common {
    static final ThreadPool POOL =
        new ThreadPool(
            "loomlet-worker", Math.min(32, Runtime.getRuntime().availableProcessors() + 4));
  }

  /** Has an executor do some work. Does not wait, unless the executor does. */
  static <T extends @Nullable Object> AsyncResult<T> submit(
      Executor executor, Callable<? extends T> body) {
    if (executor instanceof ThreadPool pool) {
      return pool.applyAsync(body);
    }
    AsyncResult<T> result = new AsyncResult<>();
    executor.execute(new Work<>(result, body));
    return result;
  }

  /** What is in the queue: gives its place back when its thread is free again. */
  private final class Job implements Runnable {
    private final Runnable body;

    Job(Runnable body) {
      this.body = body;
    }

    @Override
    public void run() {
      try {
        body.run();
      } finally {
        places.giveBack();
      }
    }
  }

  /** Has it run at a place that was taken. */
  private void enqueue(Runnable body) {
    Loop loop = Loop.currentOrNull();
    if (loop != null) {
      leave(loop);
    }
    Job job = new Job(body);
    if (body instanceof Work<?> work) {
      work.onCancel(() -> takeBack(job));
    }
    try {
      executor.execute(job);
    } catch (RejectedExecutionException e) {
      places.giveBack();
      throw new RejectedExecutionException(this + " is closed", e);
    }
  }

  private void leave(Loop loop) {
    try {
      loop.engine().leaving("a thread of " + this);
    } catch (Throwable e) {
      places.giveBack();
      throw e;
    }
  }

  private void takeBack(Job job) {
    if (executor.remove(job)) {
      places.giveBack();
    }
  }

  /**
   * Has a thread do some work, and waits until there is one for it: as many tasks as there are
   * threads can be under way.
   *
   * @throws RejectedExecutionException if the pool is closed
   */
  @Override
  public <T extends @Nullable Object> AsyncResult<T> spawn(Callable<? extends T> task) {
    Objects.requireNonNull(task);
    places.take(this, Waiter.FOREVER);
    return enqueueWork(task);
  }

  /** As {@link #spawn(Callable)}, for code without a result. */
  public AsyncResult<@Nullable Void> spawn(Action task) {
    return spawn(Loop.callable(task));
  }

  @Override
  <T extends @Nullable Object> AsyncResult<T> begin(Callable<? extends T> task) {
    return spawn(task);
  }

  @Override
  void giveUp(Awaitable<?> task) {
    task.cancel(false);
  }

  /**
   * Has a thread do some work, when there is one for it; asyncio's {@code run_in_executor}. Does
   * not wait. There is no limit to what can be queued.
   *
   * @throws RejectedExecutionException if the pool is closed
   */
  @Override
  public <T extends @Nullable Object> AsyncResult<T> applyAsync(Callable<? extends T> task) {
    Objects.requireNonNull(task);
    places.takeRegardless();
    return enqueueWork(task);
  }

  private <T extends @Nullable Object> AsyncResult<T> enqueueWork(Callable<? extends T> task) {
    AsyncResult<T> result = new AsyncResult<>();
    enqueue(new Work<>(result, task));
    return result;
  }

  /**
   * Has a thread run a task, when there is one for it. Does not wait. There is no limit to what can
   * be queued. An error goes to the thread's uncaught exception handler.
   *
   * @throws RejectedExecutionException if the pool is closed
   */
  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task);
    places.takeRegardless();
    enqueue(task);
  }

  /** How many tasks have not ended, those in the queue included. */
  @Override
  public int size() {
    return places.taken();
  }

  /** How many threads it may have. */
  public int limit() {
    return places.limit();
  }

  /** How many threads it has. */
  public int threadCount() {
    return executor.getPoolSize();
  }

  @Override
  public void join() {
    places.awaitAllFree(this, Waiter.FOREVER);
  }

  @Override
  public boolean join(Duration timeout) {
    return places.awaitAllFree(this, TimeLimit.toNanos(timeout));
  }

  /**
   * Closes the pool for good, drops what is in the queue, interrupts the threads and waits until
   * they are done. Results of dropped work end as cancelled.
   *
   * @throws Cancelled if the caller is cancelled while it waits
   */
  @Override
  public void kill() {
    interruptAll();
    join();
  }

  @Override
  public boolean kill(Duration timeout) {
    interruptAll();
    return join(timeout);
  }

  private void interruptAll() {
    for (Runnable each : executor.shutdownNow()) {
      places.giveBack();
      if (((Job) each).body instanceof Work<?> work) {
        work.cancel(false);
      }
    }
  }

  /**
   * Takes no more work and waits until what there is has been done. If the caller is cancelled
   * while it waits, the pool is killed.
   *
   * @throws Cancelled if the caller is cancelled
   */
  @Override
  public void close() {
    executor.shutdown();
    try {
      join();
    } catch (Throwable e) {
      // Cancelled, or an error that was thrown into it, such as a Timeout.
      interruptAll();
      throw e;
    }
  }

  /** Whether it takes no more work. */
  public boolean isClosed() {
    return executor.isShutdown();
  }

  @Override
  public String toString() {
    return "ThreadPool[" + name + ", " + size() + " of " + limit() + "]";
  }
}
