package dev.loomlet.sched;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The greatest {@linkplain Attributes#priority() priority} first, those of equal priority in the
 * order in which they became ready. Without ageing it is the real-time scheduler of POSIX ({@code
 * SCHED_FIFO}), with a queue for each priority and a word of bits that says which queues hold
 * something.
 *
 * <p><b>Ageing</b> lifts who waits: by one priority for each so many decisions. Since all are
 * lifted equally fast, their order never changes while they wait, and only the first of each queue
 * has to be looked at.
 *
 * <p><b>Starvation:</b> without ageing, who has a lower priority waits for as long as somebody with
 * a greater one is ready. With ageing of <i>n</i>, a step overtakes all that become ready more than
 * <i>n</i> decisions later for each priority that they are above it.
 *
 * <p><b>Cost:</b> O(1); with ageing O(priorities in use).
 */
public final class PriorityPolicy extends StepPolicy {
  private static final int LEVELS = Attributes.MAX_PRIORITY - Attributes.MIN_PRIORITY + 1;

  private final @Nullable Level[] levels = new @Nullable Level[LEVELS];
  private final long ageing;

  /** A bit for each level that holds something. */
  private long occupied;

  private int size;
  private long decisions;

  /** Steps of one priority. */
  private static final class Level extends Ring {
    /** When each step came, as a number of decisions; in the same order. */
    private long[] arrivals = new long[16];

    private int first;
    private int last;

    Level() {
      super(16);
    }

    void noteArrival(long decision) {
      if (last - first == arrivals.length) {
        long[] larger = new long[2 * arrivals.length];
        for (int i = first; i != last; i++) {
          larger[i & (larger.length - 1)] = arrivals[i & (arrivals.length - 1)];
        }
        arrivals = larger;
      }
      arrivals[last++ & (arrivals.length - 1)] = decision;
    }

    long oldest() {
      return arrivals[first & (arrivals.length - 1)];
    }

    void forgetOldest() {
      first++;
    }
  }

  /** Without ageing. */
  public PriorityPolicy() {
    this.ageing = 0;
  }

  /**
   * With ageing.
   *
   * @param ageing after how many decisions who waits counts as one priority more, at least 1
   */
  public PriorityPolicy(int ageing) {
    if (ageing < 1) {
      throw new IllegalArgumentException("ageing takes at least 1 decision, not " + ageing);
    }
    this.ageing = ageing;
  }

  @Override
  protected void enqueue(Step step) {
    int index = step.attributes().priority() - Attributes.MIN_PRIORITY;
    Level level = levels[index];
    if (level == null) {
      level = new Level();
      levels[index] = level;
    }
    level.addLast(step);
    if (ageing > 0) {
      level.noteArrival(decisions);
    }
    occupied |= 1L << index;
    size++;
  }

  @Override
  protected @Nullable Step dequeue() {
    if (size == 0) {
      return null;
    }
    int index = ageing > 0 ? oldestUrgent() : 63 - Long.numberOfLeadingZeros(occupied);
    Level level = Objects.requireNonNull(levels[index]);
    Step first = (Step) level.pollFirst();
    if (ageing > 0) {
      level.forgetOldest();
    }
    if (level.count() == 0) {
      occupied &= ~(1L << index);
    }
    decisions++;
    size--;
    return first;
  }

  /** The level whose first step has the greatest sum of priority and age. */
  private int oldestUrgent() {
    int best = -1;
    long bestKey = 0;
    for (long rest = occupied; rest != 0; rest &= rest - 1) {
      int index = Long.numberOfTrailingZeros(rest);
      Level level = Objects.requireNonNull(levels[index]);
      long key = index * ageing - level.oldest();
      // Of equals the one that was more urgent to begin with.
      if (best < 0 || key >= bestKey) {
        best = index;
        bestKey = key;
      }
    }
    return best;
  }

  @Override
  protected int ready() {
    return size;
  }
}
