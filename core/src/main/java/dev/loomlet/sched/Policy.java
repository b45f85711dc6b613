package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/**
 * Decides which ready greenlet runs next.
 *
 * <p>Called on the loop's carrier thread only, also while a greenlet is mounted on it; must not
 * block. Each continuation that is added must come out of {@link #next} exactly once.
 */
public interface Policy {

  /**
   * Takes a continuation that became ready.
   *
   * @param continuation one step of a greenlet, up to its next wait
   */
  void add(Runnable continuation);

  /**
   * Removes and returns the continuation to be run next.
   *
   * @return null if none is ready
   */
  @Nullable Runnable next();

  /** How many continuations are ready. */
  int size();
}
