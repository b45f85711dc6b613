package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/**
 * A policy that chooses among greenlets: the loop's own tasks are kept away from it and go first,
 * in their order. All that is ready at the same time and equal should keep its order.
 *
 * <p>On a loop with such a policy each virtual thread has its {@link Step}: greenlets, and threads
 * that other code has started there, which have the {@linkplain Attributes#defaults() defaults}. If
 * the JDK mounts greenlets ({@code -Dloomlet.mount=jdk}), they have the defaults, too.
 *
 * <p>Its methods are called on the loop's carrier thread, and must neither block nor throw.
 */
public abstract class StepPolicy implements Policy {
  private final Ring tasks = new Ring(16);

  /** Creates a policy with nothing to choose from. */
  protected StepPolicy() {}

  /**
   * Takes a step that became ready.
   *
   * @param step which is not in the policy at present
   */
  protected abstract void enqueue(Step step);

  /**
   * Removes and returns the step to be run next.
   *
   * @return null if there is none
   */
  protected abstract @Nullable Step dequeue();

  /** How many steps are ready. */
  protected abstract int ready();

  @Override
  public final boolean wantsSteps() {
    return true;
  }

  @Override
  public final void add(Runnable continuation) {
    if (continuation instanceof Step step) {
      enqueue(step);
    } else {
      tasks.addLast(continuation);
    }
  }

  @Override
  public final @Nullable Runnable next() {
    return tasks.count() > 0 ? tasks.pollFirst() : dequeue();
  }

  @Override
  public final int size() {
    return tasks.count() + ready();
  }
}
