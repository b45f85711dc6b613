package dev.loomlet;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A value that somebody sets once and everybody can wait for; gevent's {@code AsyncResult},
 * asyncio's {@code Future}, a {@code CompletableFuture} whose waiters are greenlets.
 *
 * <p>Any greenlet of any loop and any thread may set it and wait for it. Nobody's error is reported
 * here: whoever sets an error relies on somebody asking.
 *
 * @param <T> type of the value
 */
public final class AsyncResult<T extends @Nullable Object> extends Awaitable<T> {
  private final @Nullable String name;

  /** What will set it, if that can be asked to end. */
  @Nullable Work<?> work;

  /** Notices that nobody asks for the error; in debug mode only. */
  private @Nullable UnretrievedError unretrieved;

  /** Creates one that is not set. */
  public AsyncResult() {
    this.name = null;
  }

  /**
   * Creates one that is not set.
   *
   * @param name for messages
   */
  public AsyncResult(String name) {
    this.name = Objects.requireNonNull(name);
  }

  /**
   * Waits in the terms of this library for a stage of other code: ends as the stage does.
   * Cancelling the result leaves the stage alone, since a stage cannot be asked to end.
   */
  public static <T extends @Nullable Object> AsyncResult<T> of(CompletionStage<T> stage) {
    AsyncResult<T> result = new AsyncResult<>(stage.toString());
    stage.whenComplete(
        (value, error) -> {
          if (error == null) {
            result.set(value);
          } else {
            Throwable cause = error.getCause();
            boolean wrapped = error instanceof CompletionException && cause != null;
            result.endAsStage(wrapped ? Objects.requireNonNull(cause) : error);
          }
        });
    return result;
  }

  private void endAsStage(Throwable error) {
    if (error instanceof CancellationException) {
      String text = "what " + describe() + " waited for was cancelled";
      finish(End.CANCELLED, new Cancelled(text, Cancelled.Cause.KILL, error), true);
    } else {
      setException(error);
    }
  }

  /**
   * Ends it with a value and wakes whoever waits. Does not wait.
   *
   * @return false if it had ended, which changes nothing
   */
  public boolean set(T value) {
    return finish(End.SUCCEEDED, value, false);
  }

  /**
   * Ends it with an error and wakes whoever waits. Does not wait.
   *
   * @return false if it had ended, which changes nothing
   */
  public boolean setException(Throwable error) {
    Objects.requireNonNull(error);
    if (DebugMode.isOn() && !isDone()) {
      unretrieved = UnretrievedError.watch(this, error);
    }
    return finish(End.FAILED, error, false);
  }

  /**
   * Ends it as cancelled; those who wait for the value get a {@code CancellationException}.
   *
   * @param mayInterruptIfRunning whether work of a {@link ThreadPool} that has begun is
   *     interrupted; work that has not is dropped in either case
   * @return false if it had ended
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    Cancelled cancelled = new Cancelled(describe() + " was cancelled", Cancelled.Cause.KILL);
    boolean ended = finish(End.CANCELLED, cancelled, true);
    Work<?> setter = work;
    if (ended && setter != null) {
      setter.cancel(mayInterruptIfRunning);
    }
    return ended;
  }

  @Override
  public String name() {
    return name != null ? name : "#" + Integer.toHexString(System.identityHashCode(this));
  }

  @Override
  String describe() {
    return "result " + name();
  }

  @Override
  void unheard(Throwable error) {
    // It may be asked for later.
  }

  @Override
  void errorTaken() {
    UnretrievedError watched = unretrieved;
    if (watched != null) {
      watched.taken();
    }
  }
}
