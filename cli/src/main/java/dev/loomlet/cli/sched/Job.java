package dev.loomlet.cli.sched;

import dev.loomlet.sched.Attributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Work to be scheduled. Immutable.
 *
 * @param name for tables and charts
 * @param arrival when it comes, from the beginning, in nanoseconds
 * @param priority of {@link Attributes}
 * @param deadline how long after its arrival it should be done, in nanoseconds; {@link
 *     Attributes#NO_DEADLINE} if it does not matter
 * @param tickets of {@link Attributes}
 * @param phases what it does, one after another; at least one that computes, and no two in
 *     succession that do the same
 */
record Job(
    String name, long arrival, int priority, long deadline, int tickets, List<Phase> phases) {

  /**
   * A piece of it.
   *
   * @param computes whether it needs the processor; else it waits for something
   * @param nanos how long, more than 0
   */
  record Phase(boolean computes, long nanos) {}

  Job {
    List<Phase> merged = new ArrayList<>();
    for (Phase each : phases) {
      if (!merged.isEmpty() && merged.getLast().computes() == each.computes()) {
        long sum = merged.removeLast().nanos() + each.nanos();
        merged.add(new Phase(each.computes(), sum));
      } else {
        merged.add(each);
      }
    }
    phases = List.copyOf(merged);
  }

  /** One with nothing special about it. */
  static Job of(String name, List<Phase> phases) {
    return new Job(name, 0, 0, Attributes.NO_DEADLINE, 1, phases);
  }

  /** How long it needs the processor. */
  long computing() {
    return sum(true);
  }

  /** How long it waits of its own accord. */
  long waiting() {
    return sum(false);
  }

  private long sum(boolean computes) {
    return phases.stream()
        .filter(phase -> phase.computes() == computes)
        .mapToLong(Phase::nanos)
        .sum();
  }
}
