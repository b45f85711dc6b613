package dev.loomlet.process;

import dev.loomlet.AsyncResult;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The result of a task of a {@link ProcessPool}, once there is one. Waiting for it lets the loop go
 * on.
 *
 * @param <T> type of the result
 */
public final class ProcessFuture<T extends @Nullable Object> implements RunnableFuture<T> {
  private final ProcessPool pool;
  private final AsyncResult<T> result;
  final TaskClasses classes;

  /** The serialised task; let go when it has been answered. */
  byte @Nullable [] task;

  /** Of its message. On the pool's loop. */
  long number;

  /** When it came to be the first of its process, if time is limited. On the pool's loop. */
  long begun;

  ProcessFuture(ProcessPool pool, String name, TaskClasses classes, byte @Nullable [] task) {
    this.pool = pool;
    this.result = new AsyncResult<>(name);
    this.classes = classes;
    this.task = task;
  }

  /** The same as something that can be waited for together with others, and linked to. */
  public AsyncResult<T> result() {
    return result;
  }

  /**
   * Has a callback run when the task has ended, well or not, as by {@link AsyncResult#link}.
   *
   * @param callback becomes a greenlet of the caller's loop
   */
  public void addDoneCallback(Consumer<? super ProcessFuture<T>> callback) {
    result.link(_ -> callback.accept(this));
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the task said so, and whether it may be null
  void succeed(@Nullable Object value) {
    task = null;
    result.set((T) value);
  }

  void fail(Throwable error) {
    task = null;
    result.setException(error);
  }

  /**
   * Gives up the task.
   *
   * @param mayInterruptIfRunning whether the process is killed (and replaced) if it has begun; else
   *     it goes on, and nobody hears of it
   * @return false if it had ended
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = result.cancel(false);
    if (cancelled) {
      pool.cancelled(this, mayInterruptIfRunning);
    }
    return cancelled;
  }

  @Override
  public boolean isCancelled() {
    return result.isCancelled();
  }

  @Override
  public boolean isDone() {
    return result.isDone();
  }

  /**
   * Waits for the result.
   *
   * @throws ExecutionException with what the task threw as the cause; a {@link ChildFailure} if
   *     that cannot be given; a {@link BrokenProcessPoolException} if its process ended; a {@link
   *     TimeoutException} if it ran too long
   */
  @Override
  public T get() throws InterruptedException, ExecutionException {
    return result.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return result.get(timeout, unit);
  }

  /** Does nothing: the task runs elsewhere. */
  @Override
  public void run() {}

  @Override
  public String toString() {
    return "ProcessFuture[" + result + "]";
  }
}
