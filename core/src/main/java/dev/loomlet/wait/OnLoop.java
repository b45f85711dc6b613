package dev.loomlet.wait;

import dev.loomlet.Loop;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Carries an operation over to the loop that owns what it works on. */
public final class OnLoop {
  private OnLoop() {}

  /** What is done there. */
  @FunctionalInterface
  public interface Operation<T extends @Nullable Object> {
    /** Does it. */
    T run() throws IOException;
  }

  /** Does it in a greenlet of a loop, the caller if that is one. */
  public static <T extends @Nullable Object> T call(Loop loop, Operation<T> operation)
      throws IOException {
    if (loop.isCurrent()) {
      return operation.run();
    }
    try {
      return loop.call(operation::run);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("an operation throws no other checked exception", e);
    }
  }

  /**
   * Closes something: at once on the thread of the loop that owns it, soon from another one. Does
   * not wait; a loop that is closed has closed it.
   */
  public static void close(Loop loop, Runnable closing) {
    if (loop.isOnThread()) {
      closing.run();
    } else if (!loop.isClosed()) {
      loop.execute(closing);
    }
  }
}
