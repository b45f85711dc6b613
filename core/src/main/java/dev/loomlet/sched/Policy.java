package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/**
 * Decides which ready greenlet runs next.
 *
 * <p>Called on the loop's carrier thread only, also while a greenlet is mounted on it; must not
 * block. Each continuation that is added must come out of {@link #next} exactly once.
 *
 * <p>This interface sees everything that a loop runs, in the order in which it became ready: short
 * tasks of the loop itself, such as "start a greenlet that another thread has spawned", among the
 * steps of greenlets. Those who only want to choose among greenlets extend {@link StepPolicy}, or
 * {@link TimedPolicy} if it matters how long they ran.
 */
public interface Policy {

  /**
   * Takes a continuation that became ready.
   *
   * @param continuation one step of a greenlet, up to its next wait, or a task of the loop, which
   *     must not be overtaken by other tasks
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

  /**
   * Whether each virtual thread of the loop is to have its {@link Step}: also those that the JDK
   * itself mounts, because other code has started them.
   */
  default boolean wantsSteps() {
    return false;
  }

  /**
   * The policy that decides, if this one only stands around it and looks on; a loop asks it which
   * kind it is, and tells it how long steps ran.
   *
   * @return this one, unless it is overridden
   */
  default Policy inner() {
    return this;
  }
}
