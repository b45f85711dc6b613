package dev.loomlet.sched;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized
 * Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010): each greenlet gets a
 * random priority and the greatest always goes first, except that at <i>d</i> − 1 random steps the
 * one that is about to run falls below all others.
 *
 * <p>A bug of depth <i>d</i> is one that needs <i>d</i> steps to happen in a certain order. A run
 * of <i>k</i> steps of <i>n</i> greenlets finds it with a probability of at least 1/(<i>n</i>
 * <i>k</i><sup><i>d</i>−1</sup>), whatever the program, where plain chance may need 2<sup><i>k</i>
 * </sup> runs. The same seed and the same program give the same schedule.
 *
 * <p><b>Starvation:</b> on purpose. Whoever has a low priority waits for as long as anybody else is
 * ready: a greenlet that yields until another has done something may keep that from ever running.
 * For tests. <b>Cost:</b> O(log ready).
 */
public final class PctPolicy extends StepPolicy {
  private final SplittableRandom random;

  private static final int MAX_DEPTH = 1000;

  /** The numbers of the steps at which somebody falls, in order. */
  private final long[] changes;

  /** How far above the lowest place each of them falls: all different, in any order. */
  private final int[] landings;

  private final StepHeap heap = new StepHeap();
  private int passed;
  private long taken;

  /**
   * Creates a policy with nothing to choose from.
   *
   * @param seed decides priorities and the steps at which they change
   * @param depth of the bugs to find, from 1 to 1000; most are of 1 or 2
   * @param steps how many steps the program is expected to take, at least depth − 1
   */
  public PctPolicy(long seed, int depth, long steps) {
    if (depth < 1 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException("the depth is from 1 to " + MAX_DEPTH + ", not " + depth);
    }
    if (steps < depth - 1) {
      throw new IllegalArgumentException(
          "there must be at least as many steps as changes, "
              + (depth - 1)
              + ", not "
              + steps
              + "; count what the program takes");
    }
    this.random = new SplittableRandom(seed);
    this.changes = differentNumbers(depth - 1, steps);
    this.landings = permutation(depth - 1);
  }

  /** Different numbers from 1 to a limit, sorted (Floyd's way of choosing a sample). */
  private long[] differentNumbers(int count, long limit) {
    long[] chosen = new long[count];
    for (int i = 0; i < count; i++) {
      long candidate = random.nextLong(limit - count + i + 1) + 1;
      for (int j = 0; j < i; j++) {
        if (chosen[j] == candidate) {
          candidate = limit - count + i + 1;
          break;
        }
      }
      chosen[i] = candidate;
    }
    Arrays.sort(chosen);
    return chosen;
  }

  private int[] permutation(int count) {
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i + 1);
      numbers[i] = numbers[other];
      numbers[other] = i;
    }
    return numbers;
  }

  /** A greenlet's place in the order, the least first. */
  private static final class Rank {
    long value;

    Rank(long value) {
      this.value = value;
    }
  }

  private Rank rankOf(Step step) {
    if (step.state() instanceof Rank rank) {
      return rank;
    }
    // Among so many numbers two are the same so seldom that their order may be that of arrival.
    Rank rank = new Rank(random.nextLong(Long.MAX_VALUE - changes.length));
    step.state(rank);
    return rank;
  }

  @Override
  protected void enqueue(Step step) {
    heap.add(step, rankOf(step).value);
  }

  @Override
  protected @Nullable Step dequeue() {
    Step first = heap.poll();
    if (first == null) {
      return null;
    }
    taken++;
    if (passed < changes.length && changes[passed] == taken) {
      Rank rank = rankOf(first);
      rank.value = Long.MAX_VALUE - landings[passed];
      passed++;
      heap.add(first, rank.value);
      first = heap.poll();
    }
    return first;
  }

  @Override
  protected int ready() {
    return heap.size();
  }
}
