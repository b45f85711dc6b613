package dev.loomlet.sim;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;

/**
 * Faults that happen by themselves: each seed turns on a random part of them, because a program
 * that survives all of them at once may still fail under a few (Groce, Zhang, Eide, Chen and
 * Regehr, "Swarm Testing", ISSTA 2012).
 *
 * @param faults that a seed may turn on
 * @param exact whether each seed turns on all of them
 */
public record Swarm(Set<Fault> faults, boolean exact) {
  private static final String EXACTLY = "exactly:";

  /** No faults. */
  public static final Swarm NONE = new Swarm(EnumSet.noneOf(Fault.class), false);

  /** Any of them. */
  public static final Swarm ALL = new Swarm(EnumSet.allOf(Fault.class), false);

  /** Copies the set. */
  public Swarm {
    // In the order of the enumeration, so that what is drawn does not depend on anything else.
    Set<Fault> copy = EnumSet.noneOf(Fault.class);
    copy.addAll(faults);
    faults = Collections.unmodifiableSet(copy);
  }

  /** Any of some. */
  public static Swarm of(Fault first, Fault... others) {
    return new Swarm(EnumSet.of(first, others), false);
  }

  /** All of some. */
  public static Swarm exactly(Set<Fault> faults) {
    return new Swarm(faults, true);
  }

  /**
   * Which of them a run has.
   *
   * @param random is asked equally often whatever the answer
   */
  Set<Fault> draw(RandomGenerator random) {
    Set<Fault> drawn = EnumSet.noneOf(Fault.class);
    for (Fault each : Fault.values()) {
      boolean on = random.nextBoolean() || exact;
      if (on && faults.contains(each)) {
        drawn.add(each);
      }
    }
    return drawn;
  }

  /**
   * Reads what {@link #toString} writes: {@code none}, {@code all}, names such as {@code
   * partition+crash}, or such names behind {@code exactly:}.
   *
   * @throws IllegalArgumentException if there is no such fault
   */
  public static Swarm parse(String text) {
    if (text.equals("none") || text.isEmpty()) {
      return NONE;
    }
    if (text.equals("all")) {
      return ALL;
    }
    boolean exact = text.startsWith(EXACTLY);
    String names = exact ? text.substring(EXACTLY.length()) : text;
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    for (String each : names.isEmpty() ? new String[0] : names.split("\\+", -1)) {
      try {
        faults.add(Fault.valueOf(each.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "unknown fault '" + each + "': use none, all, or some of " + names(ALL.faults), e);
      }
    }
    return new Swarm(faults, exact);
  }

  private static String names(Set<Fault> faults) {
    StringJoiner text = new StringJoiner("+");
    for (Fault each : faults) {
      text.add(each.name().toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }

  @Override
  public String toString() {
    if (exact) {
      return EXACTLY + names(faults);
    }
    return faults.isEmpty() ? "none" : faults.equals(ALL.faults) ? "all" : names(faults);
  }
}
