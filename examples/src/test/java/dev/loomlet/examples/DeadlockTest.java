package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import org.junit.jupiter.api.Test;

/** Row T7 of the course. */
class DeadlockTest {

  @Test
  void theDeadlockIsFoundAndNamedAndTheProgramEnds() {
    // when
    Ended ended = Example.run("T7Deadlock");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .containsExactly(
            "deadlock of 2 among 8 tasks:",
            "  greenlet \"eater-1\" of loop-main holds the noodles",
            "    and waits for the chopsticks",
            "  greenlet \"eater-2\" of loop-main holds the chopsticks",
            "    and waits for the noodles",
            "0 of 8 ate; the others were killed, because they would have waited for ever");
  }
}
