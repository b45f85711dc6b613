package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import org.junit.jupiter.api.Test;

/** A program on simulated hosts. */
class SimulationTest {

  @Test
  void theBugIsFoundShownAndReplayed() {
    // when
    Ended ended = Example.run("S1ReplicatedLog");
    // then
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out())
        .containsPattern("seed \\d+ shows the bug")
        .contains("was acknowledged and is on no disk")
        .contains("crashes: power lost")
        .contains("same trace: true")
        .endsWith("without the bug: 1,000 seeds, no failure\n");
  }
}
