package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each planted bug is found, again and again, and nothing is found where there is none. */
@Timeout(120)
final class PlantedBugsTest {
  private static final int SEEDS = 1000;

  @ParameterizedTest
  @EnumSource
  void isFoundWithin1000SeedsAndHappensAgain(PlantedBug bug) {
    // given
    SimMain program = sim -> bug.run(sim, true);
    // when
    SimulationFailure failure =
        catchThrowableOfType(
            SimulationFailure.class,
            () -> Simulation.runAll(1, SEEDS, SimOptions.defaults(), program));
    // then
    assertThat(failure).as("nothing was found").isNotNull();
    SimulationFailure again =
        catchThrowableOfType(
            SimulationFailure.class, () -> Simulation.run(failure.seed(), program));
    assertThat(again.result()).isEqualTo(failure.result());
    assertThat(again.kind()).isEqualTo(failure.kind());
    SimulationFailure smaller = Simulation.minimize(failure, program);
    assertThat(smaller.kind()).isEqualTo(failure.kind());
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsFoundWithoutIt(PlantedBug bug) {
    Simulation.runAll(1, 200, SimOptions.defaults(), sim -> bug.run(sim, false));
  }
}
