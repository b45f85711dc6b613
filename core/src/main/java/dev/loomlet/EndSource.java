package dev.loomlet;

import dev.loomlet.wait.Source;
import org.jspecify.annotations.Nullable;

/** The end of an awaitable, as something to be told of. */
final class EndSource extends Source implements Listener {
  private final Awaitable<?> awaited;
  private @Nullable Runnable told;

  EndSource(Awaitable<?> awaited) {
    this.awaited = awaited;
  }

  @Override
  public boolean isReady() {
    return awaited.isDone();
  }

  @Override
  public void watch(Runnable task) {
    told = task;
    if (!awaited.addListener(this)) {
      task.run();
    }
  }

  @Override
  public void unwatch() {
    awaited.removeListener(this);
  }

  @Override
  public void ended(Awaitable<?> source) {
    if (told != null) {
      told.run();
    }
  }
}
