package dev.loomlet.net;

import dev.loomlet.Loop;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Carries an operation over to the loop that owns a socket. */
final class OnLoop {
  private OnLoop() {}

  interface Operation<T extends @Nullable Object> {
    T run() throws IOException;
  }

  static <T extends @Nullable Object> T call(Loop loop, Operation<T> operation) throws IOException {
    if (loop.isCurrent()) {
      return operation.run();
    }
    try {
      return loop.call(operation::run);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("a socket throws no other checked exception", e);
    }
  }
}
