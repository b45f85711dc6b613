package dev.loomlet;

import java.io.Serial;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The code of a greenlet that, if it fails, says where the greenlet was made. In debug mode. */
final class SpawnTrace<T extends @Nullable Object> implements Callable<T> {
  private final Callable<? extends T> body;
  private final SpawnedAt spawnedAt = new SpawnedAt(Thread.currentThread());

  /** Notes the stack of the caller. */
  SpawnTrace(Callable<? extends T> body) {
    this.body = body;
  }

  @Override
  public T call() throws Exception {
    try {
      return body.call();
    } catch (Cancelled e) {
      throw e;
    } catch (Throwable e) {
      e.addSuppressed(spawnedAt);
      throw e;
    }
  }

  /** A stack in the error's report; not thrown. */
  private static final class SpawnedAt extends Throwable {
    @Serial private static final long serialVersionUID = 1;

    SpawnedAt(Thread spawner) {
      super(spawner.getName().isEmpty() ? "greenlet-" + spawner.threadId() : spawner.getName());
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // readers of a report need no class name
    public String toString() {
      return "spawned at, by " + getMessage();
    }
  }
}
