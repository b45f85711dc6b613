package dev.loomlet;

import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Group} or {@link Pool} of greenlets and a {@link ThreadPool} have in common: they
 * run tasks and give their results; {@code apply}, {@code map} and {@code imap} of gevent's pools.
 *
 * <p>All methods may be called in a greenlet of any loop and on any platform thread.
 */
public abstract sealed class Workers implements Executor permits Group, ThreadPool {

  Workers() {}

  /**
   * Starts a task, waiting for a place if there is a limit.
   *
   * @throws Cancelled if the caller is cancelled while it waits; nothing is started then
   */
  public abstract <T extends @Nullable Object> Awaitable<T> spawn(Callable<? extends T> task);

  /** As {@link #spawn}, for a task whose error is somebody's for certain. */
  abstract <T extends @Nullable Object> Awaitable<T> begin(Callable<? extends T> task);

  /** What happens to a task that nobody waits for any more. Does not wait. */
  abstract void giveUp(Awaitable<?> task);

  /**
   * Starts a task without waiting: if there is no place, the task waits for it instead of the
   * caller.
   */
  public abstract <T extends @Nullable Object> Awaitable<T> applyAsync(Callable<? extends T> task);

  /** How many tasks have not ended. */
  public abstract int size();

  /**
   * Waits until no task is left, at least for a moment.
   *
   * @throws Cancelled if the caller is cancelled
   */
  public abstract void join();

  /**
   * As {@link #join()}, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether none was left
   */
  public abstract boolean join(Duration timeout);

  /**
   * Ends all tasks and waits until they have ended.
   *
   * @throws Cancelled if the caller is cancelled while it waits
   */
  public abstract void kill();

  /**
   * As {@link #kill()}, waiting for a limited time.
   *
   * @param timeout 0 or less not to wait at all
   * @return whether all have ended
   */
  public abstract boolean kill(Duration timeout);

  /**
   * Runs a task here and waits for its value, as if it had been called. If the caller is cancelled,
   * a greenlet that runs the task is cancelled too; work on a thread goes on if it has begun.
   *
   * @return what the task returns
   * @throws Exception what the task throws, unchanged
   * @throws CancellationException if the task was cancelled by somebody else
   * @throws Cancelled if the caller is cancelled
   */
  public <T extends @Nullable Object> T apply(Callable<? extends T> task) throws Exception {
    Awaitable<T> running = begin(task);
    try {
      running.awaitEnd(true, Waiter.FOREVER);
    } catch (Throwable e) {
      // Cancelled, or an error that was thrown into it, such as a Timeout.
      giveUp(running);
      throw e;
    }
    if (running.isCancelled()) {
      running.get();
    }
    return running.unwrap();
  }

  /**
   * As {@link #applyAsync(Callable)}, and has a callback called with the value, if there is one, in
   * a greenlet of the caller's loop.
   */
  @SuppressWarnings("NullAway") // T says itself whether it may be null
  public <T extends @Nullable Object> Awaitable<T> applyAsync(
      Callable<? extends T> task, Consumer<? super T> callback) {
    Awaitable<T> running = applyAsync(task);
    running.linkValue(ended -> callback.accept(ended.value()));
    return running;
  }

  /**
   * Runs a task for each item and waits for all results. With the first error, in the order of the
   * items, the rest is given up. Must not be called by a task of a pool that has no other place.
   *
   * @return the results in the order of the items
   * @throws ExecutionException with the error of a task, or of the items themselves, as its cause
   * @throws CancellationException if a task was cancelled
   * @throws Cancelled if the caller is cancelled; the tasks are given up
   */
  public <A extends @Nullable Object, B extends @Nullable Object> List<B> map(
      Mapping<? super A, ? extends B> mapping, Iterable<? extends A> items)
      throws ExecutionException {
    List<B> values = new ArrayList<>();
    try (Results<B> results = imap(mapping, items)) {
      while (results.hasNext()) {
        values.add(results.next());
      }
    } catch (CompletionException e) {
      throw new ExecutionException(e.getCause());
    }
    return values;
  }

  /** As {@link #map}, in a greenlet of the caller's loop. Does not wait. */
  public <A extends @Nullable Object, B extends @Nullable Object> Greenlet<List<B>> mapAsync(
      Mapping<? super A, ? extends B> mapping, Iterable<? extends A> items) {
    return Loop.current().spawn(() -> this.<A, B>map(mapping, items));
  }

  /**
   * As {@link #mapAsync(Mapping, Iterable)}, and has a callback called with the results, if no task
   * failed.
   */
  public <A extends @Nullable Object, B extends @Nullable Object> Greenlet<List<B>> mapAsync(
      Mapping<? super A, ? extends B> mapping,
      Iterable<? extends A> items,
      Consumer<? super List<B>> callback) {
    Greenlet<List<B>> running = this.<A, B>mapAsync(mapping, items);
    running.linkValue(
        ended -> {
          List<B> values = ended.value();
          if (values != null) {
            callback.accept(values);
          }
        });
    return running;
  }

  /**
   * Runs a task for each item and gives the results in the order of the items. Items are taken and
   * tasks started at once and as far as there are places, whether results are taken or not. An
   * iterator of the items that is {@code AutoCloseable} is closed at the end. Does not wait.
   */
  public <A extends @Nullable Object, B extends @Nullable Object> Results<B> imap(
      Mapping<? super A, ? extends B> mapping, Iterable<? extends A> items) {
    return imap(mapping, items, Integer.MAX_VALUE);
  }

  /**
   * As {@link #imap(Mapping, Iterable)}, stopping while too many results have not been taken.
   *
   * @param maxsize how many tasks may have begun whose results are not taken; at least 1
   */
  public <A extends @Nullable Object, B extends @Nullable Object> Results<B> imap(
      Mapping<? super A, ? extends B> mapping, Iterable<? extends A> items, int maxsize) {
    return new Results<>(this, true, maxsize, mapping, items);
  }

  /** As {@link #imap(Mapping, Iterable)}, giving each result as soon as it is there. */
  public <A extends @Nullable Object, B extends @Nullable Object> Results<B> imapUnordered(
      Mapping<? super A, ? extends B> mapping, Iterable<? extends A> items) {
    return imapUnordered(mapping, items, Integer.MAX_VALUE);
  }

  /**
   * As {@link #imapUnordered(Mapping, Iterable)}, stopping while too many results have not been
   * taken.
   *
   * @param maxsize how many tasks may have begun whose results are not taken; at least 1
   */
  public <A extends @Nullable Object, B extends @Nullable Object> Results<B> imapUnordered(
      Mapping<? super A, ? extends B> mapping, Iterable<? extends A> items, int maxsize) {
    return new Results<>(this, false, maxsize, mapping, items);
  }
}
