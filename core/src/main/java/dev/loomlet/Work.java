package dev.loomlet;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Work for an executor's thread, whose end is that of an {@link AsyncResult}. */
final class Work<T extends @Nullable Object> extends FutureTask<T> {
  private final AsyncResult<T> result;

  /** Takes it out of the queue it is in. */
  private @Nullable Runnable takeBack;

  @SuppressWarnings({"unchecked", "NullAway"}) // a FutureTask gives null back as it got it
  Work(AsyncResult<T> result, Callable<? extends T> body) {
    super((Callable<T>) body);
    this.result = result;
    result.work = this;
  }

  /** Says how it is taken out of a queue when it is cancelled; before it is put in. */
  void onCancel(Runnable action) {
    takeBack = action;
  }

  @Override
  @SuppressWarnings("NullAway") // as above
  protected void done() {
    switch (state()) {
      case SUCCESS -> result.set(resultNow());
      case FAILED -> result.setException(exceptionNow());
      default -> {
        result.cancel(false);
        Runnable action = takeBack;
        if (action != null) {
          action.run();
        }
      }
    }
  }
}
