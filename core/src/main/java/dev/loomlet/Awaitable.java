package dev.loomlet;

import dev.loomlet.wait.Source;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Something that ends once, with a value or an error: a {@link Greenlet}, or an {@link AsyncResult}
 * that somebody sets.
 *
 * <p>All methods may be called on any thread. Those that wait let the loop go on when they are
 * called in a greenlet; on a platform thread that has a loop of its own they run that loop
 * meanwhile. Each of them is a checkpoint: in a cancelled greenlet it throws {@link Cancelled},
 * also if it would not have had to wait.
 *
 * @param <T> type of the value
 */
public abstract sealed class Awaitable<T extends @Nullable Object> implements Future<T>
    permits Greenlet, AsyncResult {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Awaitable.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
    Source.provide(Awaitable.class, EndSource::new);
  }

  /** How it ended. */
  enum End {
    SUCCEEDED,
    FAILED,
    CANCELLED
  }

  /** The end, with the value or the error. */
  private record Ended(End end, @Nullable Object result) {
    private static final Ended WITHOUT_VALUE = new Ended(End.SUCCEEDED, null);
  }

  /** A link of the chain of those who want to know; immutable, because others read it meanwhile. */
  private record Link(Listener listener, @Nullable Link before) {}

  /**
   * Null at first, then a chain of {@link Link}s, the last one first; then an {@link Ended} for
   * good. Whoever puts that in takes the chain out in the same step, and tells everyone in it; who
   * comes later finds the end. So nobody is told twice or not at all.
   */
  private volatile @Nullable Object state;

  Awaitable() {}

  /** Its name; made up if it was given none. */
  public abstract String name();

  /** What it is, for messages. */
  abstract String describe();

  /** Told an error that reached nobody. */
  abstract void unheard(Throwable error);

  /**
   * Ends it. Several may try at once; the first does it.
   *
   * @param silent whether an error needs no report, since it is somebody's for certain
   * @return false if it had ended
   */
  final boolean finish(End end, @Nullable Object outcome, boolean silent) {
    Ended ended =
        end == End.SUCCEEDED && outcome == null ? Ended.WITHOUT_VALUE : new Ended(end, outcome);
    Object seen;
    do {
      seen = state;
      if (seen instanceof Ended) {
        return false;
      }
    } while (!STATE.compareAndSet(this, seen, ended));
    boolean heard = silent;
    for (Link link = reversed((Link) seen); link != null; link = link.before) {
      heard |= link.listener.takesError();
      link.listener.ended(this);
    }
    if (end == End.FAILED && !heard) {
      unheard((Throwable) Objects.requireNonNull(outcome));
    }
    return true;
  }

  private static @Nullable Link reversed(@Nullable Link last) {
    if (last == null || last.before == null) {
      return last;
    }
    Link first = null;
    for (Link link = last; link != null; link = link.before) {
      first = new Link(link.listener, first);
    }
    return first;
  }

  /**
   * Adds somebody who is told the end.
   *
   * @return false if it has ended already
   */
  final boolean addListener(Listener listener) {
    while (true) {
      Object seen = state;
      if (seen instanceof Ended) {
        return false;
      }
      if (STATE.compareAndSet(this, seen, new Link(listener, (Link) seen))) {
        return true;
      }
    }
  }

  /** Takes out somebody who does not want to be told any more. */
  final void removeListener(Listener listener) {
    while (true) {
      Object seen = state;
      if (!(seen instanceof Link last)
          || STATE.compareAndSet(this, seen, without(last, listener))) {
        return;
      }
    }
  }

  private static @Nullable Link without(Link last, Listener removed) {
    Link copy = null;
    for (Link link = last; link != null; link = link.before) {
      if (link.listener != removed) {
        copy = new Link(link.listener, copy);
      }
    }
    return reversed(copy);
  }

  /** How many want to be told the end; for tests. */
  final int listenerCount() {
    int count = 0;
    if (state instanceof Link last) {
      for (Link link = last; link != null; link = link.before) {
        count++;
      }
    }
    return count;
  }

  private @Nullable Ended ended() {
    return state instanceof Ended ended ? ended : null;
  }

  private boolean endedAs(End end) {
    Ended ended = ended();
    return ended != null && ended.end == end;
  }

  @Override
  public final boolean isDone() {
    return state instanceof Ended;
  }

  /** Whether it ended because it was cancelled. */
  @Override
  public final boolean isCancelled() {
    return endedAs(End.CANCELLED);
  }

  /** Whether it ended with a value, gevent's {@code successful}. */
  public final boolean isSuccessful() {
    return endedAs(End.SUCCEEDED);
  }

  /** Whether it ended with an error of its own. */
  public final boolean isFailed() {
    return endedAs(End.FAILED);
  }

  /** The value it ended with, or null if it has not ended, failed or was cancelled. */
  @SuppressWarnings("unchecked")
  public final @Nullable T value() {
    Ended ended = ended();
    return ended != null && ended.end == End.SUCCEEDED ? (T) ended.result : null;
  }

  /** The error it ended with, or null if it has not ended or ended well. */
  public final @Nullable Throwable exception() {
    Ended ended = ended();
    if (ended == null || ended.end == End.SUCCEEDED) {
      return null;
    }
    errorTaken();
    return (Throwable) ended.result;
  }

  /** Told that somebody has asked for the error. */
  void errorTaken() {}

  /** Waits for the end; granted by it. */
  private static final class Join extends Waiter implements Listener {
    private final boolean wantsResult;

    Join(boolean wantsResult) {
      this.wantsResult = wantsResult;
    }

    @Override
    public void ended(Awaitable<?> source) {
      grant();
      wake();
    }

    @Override
    public boolean takesError() {
      return wantsResult;
    }
  }

  /**
   * Waits for the end.
   *
   * @param wantsResult whether the caller will look at an error
   * @param nanos {@link Waiter#FOREVER} for no limit
   * @return whether it has ended
   */
  final boolean awaitEnd(boolean wantsResult, long nanos) {
    Task.checkpoint();
    if (isDone()) {
      return true;
    }
    refuseOwnEnd();
    Join join = new Join(wantsResult);
    if (!addListener(join)) {
      return true;
    }
    Waiter.Outcome outcome;
    try {
      outcome = join.await(this, nanos);
    } catch (Throwable e) {
      // It cannot wait at all, for instance in a task of its loop, or not any more.
      removeListener(join);
      throw e;
    }
    if (outcome == Waiter.Outcome.GRANTED) {
      return true;
    }
    removeListener(join);
    if (!isDone() && outcome == Waiter.Outcome.CANCELLED) {
      Task.checkpoint();
    }
    return isDone();
  }

  /**
   * As {@link #awaitEnd}, without a limit, and leaves what is due to the caller's next checkpoint.
   *
   * @return false if something is due before the end
   */
  final boolean awaitEndOrWhatIsDue() {
    refuseOwnEnd();
    Join join = new Join(true);
    if (!addListener(join)) {
      return true;
    }
    try {
      return join.await(this, Waiter.FOREVER) == Waiter.Outcome.GRANTED;
    } finally {
      if (!join.isGranted()) {
        removeListener(join);
      }
    }
  }

  /** As {@link #awaitEnd}, without a limit and deaf to cancellation. */
  final void awaitEndUncancellably() {
    Join join = new Join(false);
    if (addListener(join)) {
      join.awaitUncancellably(this);
    }
  }

  /** Throws if the caller would wait for itself. */
  void refuseOwnEnd() {}

  /**
   * Waits until it has ended, well or not.
   *
   * @throws Cancelled if the waiting greenlet or thread is cancelled or interrupted
   * @throws IllegalStateException if a greenlet waits for itself
   */
  public final void join() {
    awaitEnd(false, Waiter.FOREVER);
  }

  /**
   * Waits until it has ended, well or not, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether it has ended
   * @throws Cancelled if the waiting greenlet or thread is cancelled or interrupted
   */
  public final boolean join(Duration timeout) {
    return awaitEnd(false, TimeLimit.toNanos(timeout));
  }

  /**
   * Waits for its value.
   *
   * @throws ExecutionException with its error as the cause, if it failed
   * @throws CancellationException if it was cancelled
   * @throws InterruptedException if the waiting thread is interrupted
   * @throws Cancelled if the waiting greenlet is cancelled otherwise
   */
  @Override
  public final T get() throws InterruptedException, ExecutionException {
    awaitInterruptibly(Waiter.FOREVER);
    return report();
  }

  /**
   * Waits for its value, for a limited time.
   *
   * @throws TimeoutException if it has not ended by then; it goes on
   */
  @Override
  public final T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!awaitInterruptibly(unit.toNanos(timeout))) {
      throw new TimeoutException(
          describe() + " has not ended within " + timeout + " " + unit.name());
    }
    return report();
  }

  /** As {@link #get(long, TimeUnit)}. */
  public final T get(Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    return get(TimeLimit.toNanos(timeout), TimeUnit.NANOSECONDS);
  }

  private boolean awaitInterruptibly(long nanos) throws InterruptedException {
    try {
      return awaitEnd(true, nanos);
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // T says itself whether it may be null
  private T report() throws ExecutionException {
    Ended ended = Objects.requireNonNull(ended());
    if (ended.end == End.SUCCEEDED) {
      return (T) ended.result;
    }
    errorTaken();
    Throwable error = (Throwable) Objects.requireNonNull(ended.result);
    if (ended.end == End.CANCELLED) {
      CancellationException cancelled = new CancellationException(describe() + " was cancelled");
      cancelled.initCause(error);
      throw cancelled;
    }
    throw new ExecutionException(error);
  }

  /** The value, or the error itself instead of an {@code ExecutionException}. */
  @SuppressWarnings({"unchecked", "NullAway"}) // as in report
  final T unwrap() throws Exception {
    Throwable error = exception();
    if (error == null) {
      return value();
    }
    throw Thrown.unchecked(error);
  }

  /**
   * Has a callback run when it has ended, well or not; at once if it has. The callback becomes a
   * greenlet of the caller's loop, so it may wait; callbacks start in the order in which they were
   * linked. What it throws goes to the loop's {@link UncaughtHandler}. gevent's {@code link},
   * asyncio's {@code add_done_callback}. Does not wait.
   *
   * @throws IllegalStateException on a virtual thread that runs on no loop
   */
  public final void link(Consumer<? super Awaitable<T>> callback) {
    link(new Callback<>(this, callback, true, true));
  }

  /** As {@link #link}, only if it ends with a value. */
  public final void linkValue(Consumer<? super Awaitable<T>> callback) {
    link(new Callback<>(this, callback, true, false));
  }

  /** As {@link #link}, only if it fails or is cancelled; its error is then not reported. */
  public final void linkException(Consumer<? super Awaitable<T>> callback) {
    link(new Callback<>(this, callback, false, true));
  }

  private void link(Callback<T> callback) {
    if (!addListener(callback)) {
      callback.ended(this);
    }
  }

  /** Takes back each link with this callback that has not been called. Any thread. */
  public final void unlink(Consumer<? super Awaitable<T>> callback) {
    if (state instanceof Link last) {
      for (Link link = last; link != null; link = link.before) {
        if (link.listener instanceof Callback<?> linked && linked.callback == callback) {
          removeListener(linked);
        }
      }
    }
  }

  private static final class Callback<T extends @Nullable Object> implements Listener {
    private final Awaitable<T> source;
    private final Consumer<? super Awaitable<T>> callback;
    private final Loop loop = Loop.current();
    private final boolean onValue;
    private final boolean onException;

    Callback(
        Awaitable<T> source,
        Consumer<? super Awaitable<T>> callback,
        boolean onValue,
        boolean onException) {
      this.source = source;
      this.callback = Objects.requireNonNull(callback);
      this.onValue = onValue;
      this.onException = onException;
    }

    @Override
    public void ended(Awaitable<?> unused) {
      if (source.isSuccessful() ? onValue : onException) {
        loop.execute(() -> callback.accept(source));
      }
    }

    @Override
    public boolean takesError() {
      return onException && !onValue;
    }
  }

  /**
   * A {@code CompletableFuture} that ends as this does: with the same value, error, or cancelled.
   * Cancelling it cancels this. Its dependents run where this ends, so those of a greenlet run on
   * its loop; use the {@code Async} methods with an executor to have them elsewhere. Does not wait.
   */
  public final CompletableFuture<T> toCompletableFuture() {
    CompletableFuture<T> future = new CompletableFuture<>();
    Listener completion = _ -> completeInto(future);
    if (!addListener(completion)) {
      completeInto(future);
    }
    future.whenComplete(
        (value, error) -> {
          if (future.isCancelled()) {
            removeListener(completion);
            cancel(true);
          }
        });
    return future;
  }

  @SuppressWarnings("NullAway") // as in report
  private void completeInto(CompletableFuture<T> future) {
    Throwable error = exception();
    if (error == null) {
      future.complete(value());
    } else if (isCancelled()) {
      future.cancel(false);
    } else {
      future.completeExceptionally(error);
    }
  }

  @Override
  public String toString() {
    Ended ended = ended();
    String condition = ended == null ? "live" : ended.end.name().toLowerCase(Locale.ROOT);
    return getClass().getSimpleName() + "[" + name() + ", " + condition + "]";
  }
}
