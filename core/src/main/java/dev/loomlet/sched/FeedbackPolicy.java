package dev.loomlet.sched;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Multilevel feedback queue (Corbató, Merwin-Daggett and Daley, "An Experimental Time-Sharing
 * System", 1962; in the form of Arpaci-Dusseau, "Operating Systems: Three Easy Pieces"): short jobs
 * first without knowing which are short. The rules:
 *
 * <ol>
 *   <li>Everybody begins at the top level. The highest level that is not empty goes first, in turn.
 *   <li>Who has used up the quantum of a level, in one go or in many, goes one level down, where
 *       the quantum is twice as long. At the lowest level it goes round.
 *   <li>Ageing: after a period of computing everybody is back at the top.
 * </ol>
 *
 * <p>What a quantum means where nobody is interrupted is told in {@link TimedPolicy}. Greenlets
 * that mostly wait stay at the top; time is counted over waits, so waiting briefly before the end
 * of each quantum does not keep one there.
 *
 * <p><b>Starvation:</b> nobody waits for longer than a period and a round at the top. <b>Cost:</b>
 * O(1) and a reading of the clock; everybody is moved once a period.
 */
public final class FeedbackPolicy extends TimedPolicy {
  /** More than this many levels would have quanta of years. */
  private static final int MAX_LEVELS = 30;

  private final Ring[] levels;
  private final long quantumNanos;
  private final long periodNanos;

  /** A bit for each level that holds something. */
  private int occupied;

  private int size;

  /** What was computed since everybody was at the top. */
  private long computed;

  /** Counts the periods, so that who waits now is at the top when it becomes ready. */
  private int period;

  /** Where a greenlet is, and how much it has used of its quantum. */
  private static final class Place {
    int level;
    int period;
    long used;
  }

  /** Three levels with quanta of 10, 20 and 40 ms, and back to the top after a second. */
  public FeedbackPolicy() {
    this(3, Duration.ofMillis(10), Duration.ofSeconds(1));
  }

  /**
   * Creates a policy with nothing to choose from.
   *
   * @param levels from 1 to 30
   * @param quantum of the top level, more than 0; each level below has twice as much
   * @param period after how much computing everybody goes back to the top, more than 0
   */
  public FeedbackPolicy(int levels, Duration quantum, Duration period) {
    if (levels < 1 || levels > MAX_LEVELS) {
      throw new IllegalArgumentException("levels are from 1 to " + MAX_LEVELS + ", not " + levels);
    }
    this.quantumNanos = Attributes.positiveNanos("the quantum", quantum);
    this.periodNanos = Attributes.positiveNanos("the period", period);
    this.levels = new Ring[levels];
    for (int i = 0; i < levels; i++) {
      this.levels[i] = new Ring(64);
    }
  }

  private Place placeOf(Step step) {
    Place place;
    if (step.state() instanceof Place known) {
      place = known;
    } else {
      place = new Place();
      step.state(place);
    }
    if (place.period != period) {
      place.period = period;
      place.level = 0;
      place.used = 0;
    }
    return place;
  }

  private boolean isUsedUp(Place place, long used) {
    return used >>> place.level >= quantumNanos;
  }

  @Override
  protected void arrive(Step step) {
    int level = placeOf(step).level;
    levels[level].addLast(step);
    occupied |= 1 << level;
    size++;
  }

  @Override
  protected @Nullable Step choose() {
    if (size == 0) {
      return null;
    }
    int level = Integer.numberOfTrailingZeros(occupied);
    Ring ring = levels[level];
    Step first = (Step) ring.pollFirst();
    if (ring.count() == 0) {
      occupied &= ~(1 << level);
    }
    size--;
    return first;
  }

  @Override
  protected boolean keeps(Step step, long nanos) {
    Place place = placeOf(step);
    boolean isHighest = (occupied & ((1 << place.level) - 1)) == 0;
    return isHighest && !isUsedUp(place, place.used + nanos);
  }

  @Override
  protected void ran(Step step, long nanos, Outcome outcome) {
    Place place = placeOf(step);
    place.used += nanos;
    boolean goesOn = outcome == Outcome.PAUSES;
    if (isUsedUp(place, place.used)) {
      goesOn = false;
      place.used = 0;
      place.level = Math.min(place.level + 1, levels.length - 1);
    }
    computed += nanos;
    if (computed >= periodNanos) {
      allToTheTop();
      goesOn = false;
    }
    if (goesOn) {
      levels[place.level].addFirst(step);
      occupied |= 1 << place.level;
      size++;
    } else if (outcome != Outcome.WAITS) {
      arrive(step);
    }
  }

  private void allToTheTop() {
    computed = 0;
    period++;
    Ring top = levels[0];
    for (int i = 1; i < levels.length; i++) {
      for (Runnable each = levels[i].pollFirst(); each != null; each = levels[i].pollFirst()) {
        top.addLast(each);
      }
    }
    occupied = top.count() > 0 ? 1 : 0;
  }

  @Override
  protected int waiting() {
    return size;
  }
}
