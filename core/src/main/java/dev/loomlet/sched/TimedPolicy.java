package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/**
 * A policy that must know how long steps run. The loop then reads its clock after each of them; a
 * loop with another policy does not.
 *
 * <p><b>Quanta on a loop that never takes the processor away.</b> A greenlet runs until it waits or
 * yields, whatever its quantum. A yield is where a quantum counts: there the loop asks {@link
 * #keeps}, and if the answer is yes the yield returns at once, without a switch. About every half a
 * millisecond it goes by way of the loop all the same ({@link Outcome#PAUSES}), so that input,
 * timers and other threads are seen to. A step that runs longer than its quantum is charged for all
 * of it. {@code Thread.yield} does not ask: it gives the rest of the quantum away.
 */
public abstract class TimedPolicy extends StepPolicy {
  /** The step that was given out last and has not been charged. */
  private @Nullable Step running;

  /** Whether it has become ready again meanwhile. */
  private boolean again;

  /** Whether it was to go on when it yielded. */
  private boolean kept;

  /** How a step has ended. */
  public enum Outcome {
    /** Its greenlet waits for something, or has ended. */
    WAITS,
    /** It is ready, and lets others run. */
    YIELDS,
    /** It is ready, has not used up its quantum, and only lets the loop look around. */
    PAUSES
  }

  /** Creates a policy with nothing to choose from. */
  protected TimedPolicy() {}

  /**
   * Takes a step that became ready after a wait, or for the first time.
   *
   * @param step which is not in the policy at present
   */
  protected abstract void arrive(Step step);

  /**
   * Takes note of a step that has run, and takes it back if it is ready.
   *
   * @param step the one that was chosen last
   * @param nanos how long it ran, at least 0
   * @param outcome how it ended
   */
  protected abstract void ran(Step step, long nanos, Outcome outcome);

  /**
   * Removes and returns the step to be run next.
   *
   * @return null if there is none
   */
  protected abstract @Nullable Step choose();

  /** How many steps are there to choose from. */
  protected abstract int waiting();

  /**
   * Whether a step that has reached a yield should go on rather than let others run.
   *
   * @param step the one that runs
   * @param nanos for how long it has run so far
   */
  protected boolean keeps(Step step, long nanos) {
    return false;
  }

  @Override
  protected final void enqueue(Step step) {
    if (step == running) {
      again = true;
    } else {
      arrive(step);
    }
  }

  @Override
  protected final @Nullable Step dequeue() {
    Step chosen = choose();
    running = chosen;
    return chosen;
  }

  @Override
  protected final int ready() {
    return again ? waiting() + 1 : waiting();
  }

  /**
   * Told by the loop that what it took last has run.
   *
   * @param nanos for how long
   */
  public final void ran(long nanos) {
    Step step = running;
    if (step != null) {
      Outcome outcome = !again ? Outcome.WAITS : kept ? Outcome.PAUSES : Outcome.YIELDS;
      running = null;
      again = false;
      kept = false;
      ran(step, nanos, outcome);
    }
  }

  /**
   * Asked by the loop when a greenlet yields.
   *
   * @param nanos for how long it has run so far
   */
  public final boolean keepsRunning(long nanos) {
    Step step = running;
    kept = step != null && keeps(step, nanos);
    return kept;
  }
}
