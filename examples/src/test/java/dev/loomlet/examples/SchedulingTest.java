package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import org.junit.jupiter.api.Test;

/** Rows P1 to P3 of the course. */
class SchedulingTest {

  @Test
  void multiprogrammingUsesTheProcessorWhileOthersWait() {
    // when
    Ended ended = Example.run("P1BatchSystem");
    // then
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .containsExactly(
            "batch: 29 s, processor used 48 %",
            "  A ##....##....#",
            "  B -------------###..###",
            "  C ---------------------#.....##",
            "multiprogramming: 14 s, processor used 100 %",
            "  A ##....##....-#",
            "  B --###..-###",
            "  C -----#.....##",
            "  # computes   . waits   - is ready, or has not begun");
  }

  @Test
  void eachPolicyGivesItsTextbookTimesForTheJobsOfTheCourse() {
    // when
    Ended ended = Example.run("P2Scheduling");
    // then
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains(
            """
            first come, first served
              A  turnaround       3s  waiting       0s
              B  turnaround     3h3s  waiting       3s
              C  turnaround     3h6s  waiting     3h3s
              D  turnaround     3h9s  waiting     3h6s
              mean waiting 5403.0 s
              |   A   |           B           |   C   |   D   |
              0s      3s                      3h3s    3h6s    3h9s
            """,
            """
            shortest job first
              A  turnaround       3s  waiting       0s
              B  turnaround     3h9s  waiting       9s
              C  turnaround       6s  waiting       3s
              D  turnaround       9s  waiting       6s
              mean waiting 4.5 s
              |   A   |   C   |   D   |           B           |
            """,
            """
            round robin, 1 s
              A  turnaround       9s  waiting       6s
              B  turnaround     3h9s  waiting       9s
              C  turnaround      11s  waiting       8s
              D  turnaround      12s  waiting       9s
              mean waiting 8.0 s
              |  A  |  B  |  C  |  D  |  A  |  B  |  C  |  D  |  A  |  B  |  C  |  D  |      \
                 B           |
            """,
            """
              A  turnaround       6s  waiting       3s
              B  turnaround     3h9s  waiting       9s
              C  turnaround      10s  waiting       7s
              D  turnaround      12s  waiting       9s
              mean waiting 7.0 s
              |  A  |  B  |  C  |  D  |   A  |   B  |   C  |   D  |           B           |
            """);
  }

  @Test
  void eachCoroutineIsReadyRunningOrBlockedAndEachTransitionIsCounted() {
    // when
    Ended ended = Example.run("P3ThreeStates");
    // then
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .startsWith(
            " 0 s  ready 0        running 1  blocked 0 ",
            " 0 s  ready 3 ooo    running 1  blocked 1 z")
        .endsWith(
            "13 s  ready 0        running 0  blocked 0 ",
            "(new) -> ready       5",
            "blocked -> ready     7",
            "ready -> running    19",
            "running -> (ended)   5",
            "running -> blocked   7",
            "running -> ready     7");
  }
}
