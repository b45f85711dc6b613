package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Ways to run a program that several tests use. */
final class Runs {
  private Runs() {}

  /** Under the first so many seeds. */
  static void under(int seeds, SimMain program) {
    Simulation.runAll(1, seeds, SimOptions.defaults(), program);
  }

  /** Of one that must fail. */
  static SimulationFailure failureOf(SimMain program) {
    return failureOf(SimOptions.defaults(), program);
  }

  /** The same, with options. */
  static SimulationFailure failureOf(SimOptions options, SimMain program) {
    return catchThrowableOfType(SimulationFailure.class, () -> Simulation.run(7, options, program));
  }
}
