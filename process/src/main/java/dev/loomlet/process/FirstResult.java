package dev.loomlet.process;

import dev.loomlet.AsyncResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The result of the first of several tasks that succeeds. */
final class FirstResult<T extends @Nullable Object> {
  private final AsyncResult<T> first;
  private final AtomicInteger left;

  FirstResult(int count) {
    this.first = new AsyncResult<>("first of " + count);
    this.left = new AtomicInteger(count);
  }

  /** Submits all, waits for the first success, and cancels the others. */
  T of(
      Collection<? extends Callable<T>> tasks,
      Function<Callable<T>, ProcessFuture<T>> submit,
      long timeout,
      TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<ProcessFuture<T>> futures = new ArrayList<>();
    try {
      for (Callable<T> task : tasks) {
        ProcessFuture<T> future = submit.apply(task);
        futures.add(future);
        future.result().toCompletableFuture().whenComplete(this::ended);
      }
      return first.get(timeout, unit);
    } finally {
      futures.forEach(each -> each.cancel(true));
    }
  }

  private void ended(T value, @Nullable Throwable error) {
    if (error == null) {
      first.set(value);
    } else if (left.decrementAndGet() == 0) {
      first.setException(error);
    }
  }
}
