package dev.loomlet;

import java.io.Serial;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Reports the error of an {@link AsyncResult} that was collected before anybody asked for it;
 * asyncio's "exception was never retrieved". In debug mode only.
 */
final class UnretrievedError {
  private static final class Holder {
    static final Cleaner CLEANER =
        Cleaner.create(Thread.ofPlatform().daemon().name("loomlet-debug").factory());
  }

  private final String description;
  private final Throwable error;

  /** Where it was set, whose handler gets the report; null outside of loops. */
  private final @Nullable Loop loop;

  private volatile boolean taken;

  private UnretrievedError(String description, Throwable error, @Nullable Loop loop) {
    this.description = description;
    this.error = error;
    this.loop = loop;
  }

  /** Watches a result, without keeping it alive. */
  static UnretrievedError watch(AsyncResult<?> result, Throwable error) {
    UnretrievedError watched = new UnretrievedError(result.describe(), error, Loop.currentOrNull());
    Holder.CLEANER.register(result, watched::report);
    return watched;
  }

  /** Somebody has asked for it. */
  void taken() {
    taken = true;
  }

  private void report() {
    if (taken) {
      return;
    }
    NeverRetrieved report = new NeverRetrieved(description, error);
    Loop on = loop;
    if (on == null || on.isClosed()) {
      UncaughtHandler.printing(System.err).uncaught(null, report);
    } else {
      on.core().submit(() -> on.uncaught(null, report));
    }
  }

  /** What the handler gets; the error is its cause. */
  private static final class NeverRetrieved extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    NeverRetrieved(String description, Throwable error) {
      super("nobody asked for the error of " + description, error, false, false);
    }
  }
}
