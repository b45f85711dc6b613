package dev.loomlet.sched;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The shortest burst first, where a burst is what a greenlet computes between two waits. How long
 * the next one is says its {@linkplain Attributes#burstNanos() attribute}; if that does not, it is
 * predicted by the exponential average of those before, τ ← α·t + (1 − α)·τ (Silberschatz, Galvin
 * and Gagne, "Operating System Concepts", chapter on scheduling).
 *
 * <p>Who yields in the middle of a burst has the rest of it before him: greenlets that never yield
 * are scheduled by <em>shortest job first</em>, those that do by <em>shortest remaining time
 * first</em>. With known bursts that gives the least mean waiting time there is. Who has overrun
 * what was expected is taken to need as long again as the overrun, so that a wrong guess does not
 * keep the loop. Bursts in which no time passes are not counted.
 *
 * <p><b>Starvation:</b> a long job waits for as long as shorter ones come. <b>Cost:</b> O(log
 * ready) and a reading of the clock.
 */
public final class ShortestJobPolicy extends TimedPolicy {
  private final StepHeap heap = new StepHeap();
  private final double alpha;
  private final long firstGuess;

  /** What is known of a greenlet. */
  private static final class Burst {
    double predicted;
    long soFar;

    Burst(long predicted) {
      this.predicted = predicted;
    }
  }

  /** Predicts by α = 1/2, and a new greenlet to be short. */
  public ShortestJobPolicy() {
    this(0.5, Duration.ZERO);
  }

  /**
   * Creates a policy with nothing to choose from.
   *
   * @param alpha how much the last burst counts against those before it, from 0 to 1
   * @param firstGuess what is expected of a greenlet that has not run, at least 0
   */
  public ShortestJobPolicy(double alpha, Duration firstGuess) {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException("alpha is from 0 to 1, not " + alpha);
    }
    if (firstGuess.isNegative()) {
      throw new IllegalArgumentException("the first guess is 0 or more, not " + firstGuess);
    }
    this.alpha = alpha;
    this.firstGuess = Attributes.toNanos(firstGuess);
  }

  private Burst burstOf(Step step) {
    if (step.state() instanceof Burst burst) {
      return burst;
    }
    Burst burst = new Burst(firstGuess);
    step.state(burst);
    return burst;
  }

  @Override
  protected void arrive(Step step) {
    Burst burst = burstOf(step);
    long given = step.attributes().burstNanos();
    long expected = given > 0 ? given : (long) burst.predicted;
    heap.add(step, Math.abs(expected - burst.soFar));
  }

  @Override
  protected @Nullable Step choose() {
    return heap.poll();
  }

  @Override
  protected void ran(Step step, long nanos, Outcome outcome) {
    Burst burst = burstOf(step);
    burst.soFar += nanos;
    if (outcome != Outcome.WAITS) {
      arrive(step);
    } else if (burst.soFar > 0) {
      burst.predicted = alpha * burst.soFar + (1 - alpha) * burst.predicted;
      burst.soFar = 0;
    }
  }

  @Override
  protected int waiting() {
    return heap.size();
  }
}
