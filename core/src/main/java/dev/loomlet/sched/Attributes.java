package dev.loomlet.sched;

import java.time.Duration;

/**
 * What a policy may want to know about a greenlet. Immutable; each policy looks at what it is made
 * for and at nothing else.
 *
 * <p>A greenlet inherits those of its spawner, but for the burst, which says something about one
 * piece of work only.
 *
 * @param priority from {@value #MIN_PRIORITY} to {@value #MAX_PRIORITY}; the greatest goes first
 * @param burstNanos how long it is expected to compute between two waits; 0 if that is not known
 * @param deadline when it should be done, on the {@linkplain dev.loomlet.Loop#clock() clock} of its
 *     loop ({@code nanoTime}); {@link #NO_DEADLINE} for never
 * @param tickets its share in a lottery, from 1 to {@value #MAX_TICKETS}
 */
public record Attributes(int priority, long burstNanos, long deadline, int tickets) {
  /** The least urgent priority. */
  public static final int MIN_PRIORITY = -32;

  /** The most urgent priority. */
  public static final int MAX_PRIORITY = 31;

  /** A deadline that never comes. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  /** The largest share in a lottery. */
  public static final int MAX_TICKETS = 1_000_000;

  private static final Attributes DEFAULTS = new Attributes(0, 0, NO_DEADLINE, 1);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is not kept to
   */
  public Attributes {
    if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
      throw new IllegalArgumentException(
          "a priority is from " + MIN_PRIORITY + " to " + MAX_PRIORITY + ", not " + priority);
    }
    if (burstNanos < 0) {
      throw new IllegalArgumentException(
          "a burst takes 0 or more, not " + Duration.ofNanos(burstNanos));
    }
    if (tickets < 1 || tickets > MAX_TICKETS) {
      throw new IllegalArgumentException(
          "a greenlet has from 1 to " + MAX_TICKETS + " tickets, not " + tickets);
    }
  }

  /** Priority 0, no known burst, no deadline, one ticket. */
  public static Attributes defaults() {
    return DEFAULTS;
  }

  /** The same with another priority. */
  public Attributes withPriority(int newPriority) {
    return new Attributes(newPriority, burstNanos, deadline, tickets);
  }

  /**
   * The same with another expected burst.
   *
   * @param newBurst zero if it is not known; what is beyond 292 years counts as that
   */
  public Attributes withBurst(Duration newBurst) {
    return new Attributes(priority, toNanos(newBurst), deadline, tickets);
  }

  /** The same with another deadline, as read from the loop's clock. */
  public Attributes withDeadline(long newDeadline) {
    return new Attributes(priority, burstNanos, newDeadline, tickets);
  }

  /** The same with another share in a lottery. */
  public Attributes withTickets(int newTickets) {
    return new Attributes(priority, burstNanos, deadline, newTickets);
  }

  /** What a greenlet gets that is spawned by one that has these. */
  public Attributes inherited() {
    return burstNanos == 0 ? this : withBurst(Duration.ZERO);
  }

  /** In nanoseconds, with what they cannot hold cut off. */
  static long toNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /** A time that must be more than nothing, in nanoseconds. */
  static long positiveNanos(String what, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(what + " must be more than 0, not " + duration);
    }
    return toNanos(duration);
  }
}
