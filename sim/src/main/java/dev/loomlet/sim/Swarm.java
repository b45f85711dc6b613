package dev.loomlet.sim;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Faults that happen by themselves: each seed turns on a random part of them, because a program
 * that survives all of them at once may still fail under a few (Groce, Zhang, Eide, Chen and
 * Regehr, "Swarm Testing", ISSTA 2012).
 *
 * @param faults that a seed may turn on
 */
public record Swarm(Set<Fault> faults) {
  /** No faults. */
  public static final Swarm NONE = new Swarm(EnumSet.noneOf(Fault.class));

  /** Any of them. */
  public static final Swarm ALL = new Swarm(EnumSet.allOf(Fault.class));

  /** Copies the set. */
  public Swarm {
    // In the order of the enumeration, so that what is drawn does not depend on anything else.
    Set<Fault> copy = EnumSet.noneOf(Fault.class);
    copy.addAll(faults);
    faults = Collections.unmodifiableSet(copy);
  }

  /** Some of them. */
  public static Swarm of(Fault first, Fault... others) {
    return new Swarm(EnumSet.of(first, others));
  }

  /**
   * Reads what {@link #toString} writes: {@code none}, {@code all} or names such as {@code
   * partition+crash}.
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
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    for (String each : text.split("\\+", -1)) {
      try {
        faults.add(Fault.valueOf(each.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "unknown fault '" + each + "': use none, all, or some of " + names(ALL.faults), e);
      }
    }
    return new Swarm(faults);
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
    return faults.isEmpty() ? "none" : faults.equals(ALL.faults) ? "all" : names(faults);
  }
}
