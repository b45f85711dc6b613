package dev.loomlet.diagnose;

import dev.loomlet.wait.Providers;
import java.util.List;

/**
 * A wait that only certain threads can end.
 *
 * @param thread who waits
 * @param count differs from one wait of this thread to its next, as far as that is known
 * @param blocker what it waits for: a primitive, or an object whose monitor it wants
 * @param monitor whether it is the monitor
 * @param providers who can end it
 */
record Wait(Thread thread, int count, Object blocker, boolean monitor, Providers providers) {

  /** Whether it is the very same wait. */
  boolean isSame(Wait other) {
    return thread == other.thread
        && count == other.count
        && blocker == other.blocker
        && monitor == other.monitor;
  }

  static Providers on(Thread owner) {
    return new Providers(true, List.of(owner));
  }
}
