package dev.loomlet.sync;

import dev.loomlet.Action;
import dev.loomlet.Cancelled;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Something that is taken, held for a stretch of code, and given back at its end, however it ends:
 * Python's {@code with lock:}.
 *
 * {@snippet :
 * try (Held _ = mutex.hold()) {
 *   transfer(from, to);
 * }
 * mutex.run(() -> transfer(from, to)); // says the same
 * }
 */
public interface Holdable {

  /**
   * Takes it, waiting for it if need be. For {@code try (...)}.
   *
   * @return gives it back when it is closed
   * @throws Cancelled if the caller is cancelled or interrupted; then it was not taken
   */
  Held hold();

  /**
   * Takes it, waiting for it if need be, runs the code and gives it back.
   *
   * @return what the code returns
   * @throws Exception whatever the code throws, unchanged
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  default <T extends @Nullable Object> T call(Callable<? extends T> code) throws Exception {
    try (Held _ = hold()) {
      return code.call();
    }
  }

  /**
   * As {@link #call}, for code without a result.
   *
   * @throws Exception whatever the code throws, unchanged
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  default void run(Action code) throws Exception {
    try (Held _ = hold()) {
      code.run();
    }
  }
}
