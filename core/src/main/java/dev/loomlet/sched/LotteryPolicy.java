package dev.loomlet.sched;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Draws a {@linkplain Attributes#tickets() ticket} for each decision, so that who has twice as many
 * gets twice as many turns in the long run (Waldspurger and Weihl, "Lottery Scheduling: Flexible
 * Proportional-Share Resource Management", 1994). The same seed and the same program give the same
 * draws.
 *
 * <p>The shares are of turns, and of time only where turns take equally long. <b>Starvation:</b>
 * none; every ticket may win every time. <b>Cost:</b> O(log ready), by a tree of partial sums
 * (Fenwick, "A New Data Structure for Cumulative Frequency Tables", 1994), and a random number.
 */
public final class LotteryPolicy extends StepPolicy {
  private static final int INITIAL_CAPACITY = 64;

  private final SplittableRandom random;
  private @Nullable Step[] steps = new @Nullable Step[INITIAL_CAPACITY];
  private int[] tickets = new int[INITIAL_CAPACITY];

  /** Place i holds the sum of the tickets of as many places up to i - 1 as its lowest bit says. */
  private long[] sums = new long[INITIAL_CAPACITY + 1];

  private int size;
  private long total;

  /**
   * Creates a policy with nothing to choose from.
   *
   * @param seed decides every draw
   */
  public LotteryPolicy(long seed) {
    this.random = new SplittableRandom(seed);
  }

  @Override
  protected void enqueue(Step step) {
    if (size == steps.length) {
      grow();
    }
    steps[size] = step;
    change(size, step.attributes().tickets());
    size++;
  }

  private void grow() {
    int capacity = 2 * size;
    steps = Arrays.copyOf(steps, capacity);
    tickets = Arrays.copyOf(tickets, capacity);
    sums = Arrays.copyOf(sums, capacity + 1);
    // All places were taken, so the new root holds everything that the old one did.
    sums[capacity] = total;
  }

  /** Gives a place another number of tickets. */
  private void change(int place, int newTickets) {
    long difference = (long) newTickets - tickets[place];
    tickets[place] = newTickets;
    total += difference;
    for (int i = place + 1; i < sums.length; i += i & -i) {
      sums[i] += difference;
    }
  }

  /** The place to which a ticket belongs; tickets are counted from 0 through all places. */
  private int owner(long ticket) {
    long rest = ticket;
    int place = 0;
    for (int half = sums.length - 1; half > 0; half >>>= 1) {
      int next = place + half;
      if (next < sums.length && sums[next] <= rest) {
        place = next;
        rest -= sums[next];
      }
    }
    return place;
  }

  @Override
  protected @Nullable Step dequeue() {
    if (size == 0) {
      return null;
    }
    int place = owner(random.nextLong(total));
    Step winner = steps[place];
    size--;
    steps[place] = steps[size];
    steps[size] = null;
    if (place < size) {
      change(place, tickets[size]);
    }
    change(size, 0);
    return winner;
  }

  @Override
  protected int ready() {
    return size;
  }
}
