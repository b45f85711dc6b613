package dev.loomlet.sched;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Round robin: one queue, and each greenlet has a quantum before it must go to its end. A wait ends
 * the quantum, too.
 *
 * <p>What a quantum means where nobody is interrupted is told in {@link TimedPolicy}.
 *
 * <p><b>Starvation:</b> none; nobody waits for more than a quantum of each other ready greenlet,
 * and what those overrun it by. <b>Cost:</b> O(1) and a reading of the clock.
 */
public final class RoundRobinPolicy extends TimedPolicy {
  private final Ring queue = new Ring(64);
  private final long quantumNanos;

  /** Who has gone by way of the loop with some of the quantum left, and how much is used. */
  private @Nullable Step unfinished;

  private long used;

  /**
   * Creates a policy with nothing to choose from.
   *
   * @param quantum more than 0
   */
  public RoundRobinPolicy(Duration quantum) {
    this.quantumNanos = Attributes.positiveNanos("the quantum", quantum);
  }

  @Override
  protected void arrive(Step step) {
    queue.addLast(step);
  }

  @Override
  protected @Nullable Step choose() {
    Step chosen = (Step) queue.pollFirst();
    if (chosen != unfinished) {
      unfinished = null;
      used = 0;
    }
    return chosen;
  }

  @Override
  protected boolean keeps(Step step, long nanos) {
    return used + nanos < quantumNanos;
  }

  @Override
  protected void ran(Step step, long nanos, Outcome outcome) {
    used += nanos;
    if (outcome == Outcome.PAUSES) {
      unfinished = step;
      queue.addFirst(step);
      return;
    }
    unfinished = null;
    used = 0;
    if (outcome == Outcome.YIELDS) {
      queue.addLast(step);
    }
  }

  @Override
  protected int waiting() {
    return queue.count();
  }
}
