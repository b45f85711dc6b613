package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/**
 * The earliest {@linkplain Attributes#deadline() deadline} first; who has none comes after all who
 * have, in the order in which they became ready (Liu and Layland, "Scheduling Algorithms for
 * Multiprogramming in a Hard-Real-Time Environment", 1973). If the deadlines can be kept at all,
 * this keeps them, as far as greenlets yield often enough.
 *
 * <p>A deadline that has passed still counts: lateness is not hidden, and who is late is not left
 * behind. <b>Starvation:</b> who has a deadline runs at the latest when all that is due before has
 * been done; who has none waits for as long as somebody with one is ready. <b>Cost:</b> O(log
 * ready).
 */
public final class DeadlinePolicy extends StepPolicy {
  private final StepHeap heap = new StepHeap();

  /** What keys are counted from, because clocks may overflow. */
  private long origin;

  private boolean hasOrigin;

  /** Creates a policy with nothing to choose from. */
  public DeadlinePolicy() {}

  @Override
  protected void enqueue(Step step) {
    long deadline = step.attributes().deadline();
    if (deadline == Attributes.NO_DEADLINE) {
      heap.add(step, Long.MAX_VALUE);
      return;
    }
    if (!hasOrigin) {
      hasOrigin = true;
      origin = deadline;
    }
    heap.add(step, deadline - origin);
  }

  @Override
  protected @Nullable Step dequeue() {
    return heap.poll();
  }

  @Override
  protected int ready() {
    return heap.size();
  }
}
