package unmodified;

import dev.loomlet.agent.Patch;
import dev.loomlet.agent.PatchOptions;
import dev.loomlet.agent.Topic;
import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.SimResult;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.SimulationFailure;
import java.time.Duration;

/** Asks questions in simulations of a patched JVM, and prints a line for each answer. */
final class Answers {
  private Answers() {}

  /** Something to be found out in a simulation. */
  interface Question {
    Object ask(Simulation sim) throws Exception;
  }

  /** Patches the JVM, before the classes are loaded that ask. */
  static void patch() {
    Patch.install(usual().with(Topic.THREADS));
    Patch.simulate();
  }

  /** The same, but for threads. */
  static void patchWithoutThreads() {
    Patch.install(usual());
    Patch.simulate();
  }

  private static PatchOptions usual() {
    return PatchOptions.all().without(Topic.FILES).without(Topic.STDIN).without(Topic.PROCESS);
  }

  /** Asks, and prints the answer, or how the simulation failed. */
  static SimResult print(String name, long seed, Question question) {
    Object[] result = new Object[1];
    SimResult end;
    try {
      end =
          Simulation.run(
              seed,
              SimOptions.defaults().withTimeLimit(Duration.ofDays(100)),
              sim -> result[0] = question.ask(sim));
    } catch (SimulationFailure e) {
      result[0] = e.kind() + " " + e.headline();
      end = e.result();
    }
    System.out.println(name + ": " + result[0]);
    return end;
  }
}
