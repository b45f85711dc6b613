package dev.loomlet.sched;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Any of those that are ready, each with the same chance: for finding out whether a program relies
 * on an order that nobody promised. The same seed and the same program give the same schedule.
 *
 * <p><b>Starvation:</b> none; a step among <i>n</i> is passed over <i>k</i> times with probability
 * (1 − 1/<i>n</i>)<sup><i>k</i></sup>. <b>Cost:</b> O(1) and a random number.
 */
public final class RandomPolicy extends StepPolicy {
  private final SplittableRandom random;
  private @Nullable Step[] steps = new @Nullable Step[64];
  private int size;

  /**
   * Creates a policy with nothing to choose from.
   *
   * @param seed decides every choice
   */
  public RandomPolicy(long seed) {
    this.random = new SplittableRandom(seed);
  }

  @Override
  protected void enqueue(Step step) {
    if (size == steps.length) {
      steps = Arrays.copyOf(steps, 2 * size);
    }
    steps[size++] = step;
  }

  @Override
  protected @Nullable Step dequeue() {
    if (size == 0) {
      return null;
    }
    int place = random.nextInt(size);
    Step chosen = steps[place];
    size--;
    steps[place] = steps[size];
    steps[size] = null;
    return chosen;
  }

  @Override
  protected int ready() {
    return size;
  }
}
