package dev.loomlet.sim;

import dev.loomlet.sim.Simulation.Recording;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the schedule of a failure smaller: finds few exceptions from first in, first out that are
 * enough for it (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002:
 * ddmin).
 */
final class Minimizer {
  private final SimulationFailure original;
  private final SimMain program;
  private int runsLeft;
  private Swarm swarm;
  private SimulationFailure smallest;

  Minimizer(SimulationFailure original, SimMain program, int runs) {
    this.original = original;
    this.program = program;
    this.runsLeft = runs;
    this.swarm = original.options().swarm();
    this.smallest = original;
  }

  /**
   * Does it.
   *
   * @return a failure of the same kind, under the smallest schedule found; one of its own kind if
   *     the same seed gives something else now
   */
  SimulationFailure run() {
    Recording again = Simulation.record(original.seed(), original.options(), program);
    if (again.result().traceHash() != original.result().traceHash()) {
      return notDeterministic(again);
    }
    List<Departure> exceptions = exceptionsOf(again.schedule());
    if (!fails(exceptions)) {
      return original;
    }
    dropFaults(exceptions);
    if (fails(List.of())) {
      return smallest;
    }
    int parts = 2;
    while (exceptions.size() > 1 && runsLeft > 0) {
      List<Departure> smaller = without(exceptions, parts);
      if (smaller != null) {
        exceptions = smaller;
        parts = Math.max(2, parts - 1);
      } else if (parts >= exceptions.size()) {
        break;
      } else {
        parts = Math.min(exceptions.size(), parts * 2);
      }
    }
    return smallest;
  }

  /** Turns off each fault without which it fails as well. */
  private void dropFaults(List<Departure> exceptions) {
    if (swarm.faults().isEmpty()) {
      return;
    }
    Set<Fault> left = EnumSet.noneOf(Fault.class);
    left.addAll(swarm.draw(Nemesis.chance(original.seed())));
    for (Fault each : List.copyOf(left)) {
      Swarm before = swarm;
      left.remove(each);
      swarm = Swarm.exactly(left);
      if (!fails(exceptions)) {
        left.add(each);
        swarm = before;
      }
    }
  }

  /** A question that is answered otherwise than usual. */
  private record Departure(long question, int answer) {}

  private static List<Departure> exceptionsOf(Schedule script) {
    long[] questions = script.questions();
    int[] answers = script.answers();
    List<Departure> exceptions = new ArrayList<>();
    for (int i = 0; i < questions.length; i++) {
      exceptions.add(new Departure(questions[i], answers[i]));
    }
    return exceptions;
  }

  /** Leaves out one of so many parts, if it fails without it; null if it fails without none. */
  private @Nullable List<Departure> without(List<Departure> all, int parts) {
    for (int i = 0; i < parts && runsLeft > 0; i++) {
      int from = (int) ((long) all.size() * i / parts);
      int to = (int) ((long) all.size() * (i + 1) / parts);
      List<Departure> left = new ArrayList<>(all.subList(0, from));
      left.addAll(all.subList(to, all.size()));
      if (fails(left)) {
        return left;
      }
    }
    return null;
  }

  private boolean fails(List<Departure> exceptions) {
    runsLeft--;
    long[] questions = new long[exceptions.size()];
    int[] answers = new int[exceptions.size()];
    for (int i = 0; i < questions.length; i++) {
      questions[i] = exceptions.get(i).question;
      answers[i] = exceptions.get(i).answer;
    }
    SimOptions options =
        original.options().withSchedule(Schedule.script(questions, answers)).withSwarm(swarm);
    try {
      Simulation.run(original.seed(), options, program);
      return false;
    } catch (SimulationFailure e) {
      if (e.kind() != original.kind()) {
        return false;
      }
      smallest = e;
      return true;
    }
  }

  private SimulationFailure notDeterministic(Recording again) {
    SimulationFailure second = again.failure();
    return new SimulationFailure(
        SimulationFailure.Kind.NOT_DETERMINISTIC,
        "seed "
            + original.seed()
            + " failed at first, by "
            + original.headline()
            + ", and at the second time "
            + (second == null
                ? "did not fail"
                : "went another way and failed by " + second.headline())
            + ": something in it depends on what no seed decides, such as the order of a hash set"
            + " of objects, static state, or the machine's clock",
        "",
        original.options(),
        again.result(),
        original.timeline(),
        original);
  }
}
