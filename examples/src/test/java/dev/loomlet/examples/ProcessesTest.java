package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import org.junit.jupiter.api.Test;

/** Rows M1, M2, M3, M6, M9 and T11 (on processes) of the course. */
class ProcessesTest {

  @Test
  void theParentGoesOnAndJoinWaits() {
    // when
    Ended ended = Example.run("M1Processes");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactlyInAnyOrder(
            "the parent goes on, with 2 children",
            "the function begins",
            "the function is done",
            "the class begins",
            "the class is done",
            "exit codes 0, 0");
    assertThat(ended.out().lines().toList().getLast()).isEqualTo("exit codes 0, 0");
  }

  @Test
  void processesRunAtTheSameTime() {
    // when
    Ended ended = Example.run("M2ThreeProcesses", "0.2");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .contains("task 1 is done", "task 2 is done", "task 3 is done")
        .last()
        .asString()
        .startsWith("all are done after ");
  }

  @Test
  void theParentDoesNotSeeWhatTheChildChanges() {
    // when
    Ended ended = Example.run("M3Isolation");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines()).containsExactly("the child has 16", "the parent has 18");
  }

  @Test
  void aDaemonEndsWithItsParent() {
    // when
    Ended ended = Example.run("M6DaemonProcess");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .contains("the parent ends while the daemon is alive")
        .doesNotContain("the daemon is done");
  }

  @Test
  void whatOneProcessPutsIntoTheQueueAnotherPrints() {
    // when
    Ended ended = Example.run("M9DishByQueue", "kung pao chicken", "mapo tofu");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().filter(line -> line.startsWith("guest")))
        .containsExactly("guest got kung pao chicken", "guest got mapo tofu", "guest leaves");
  }

  @Test
  void aPoolRunsAtMostThreeAtOnce() {
    // when
    Ended ended = Example.run("T11ProcessPool", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .containsExactly(
            "10 submitted, 0 done", "ran in at most 3 processes: true", "map gives [10, 11, 12]");
  }
}
