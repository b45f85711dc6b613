package dev.loomlet.queue;

import dev.loomlet.wait.Waiter;
import org.jspecify.annotations.Nullable;

/** One who waits by way of a handle, and is sent away when it is closed. */
class Party extends Waiter {
  final @Nullable Handle via;

  Party(@Nullable Handle via) {
    this.via = via;
  }
}
