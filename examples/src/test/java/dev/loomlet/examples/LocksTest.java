package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows T8 to T10 of the course: a recursive lock, a semaphore, an event. */
class LocksTest {

  @Test
  void aRecursiveLockLetsAllEightTasksFinish() {
    // when
    Ended ended = Example.run("T8RecursiveLock", "0.05");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    List<String> lines = ended.out().lines().toList();
    assertThat(lines).contains("8 tasks have finished");
    for (int i = 1; i <= 8; i++) {
      assertThat(lines)
          .containsSubsequence(
              "task " + i + " has lock 1",
              "task " + i + " has lock 2 as well",
              "task " + i + " has lock 2",
              "task " + i + " has lock 1 as well");
      assertThat(lines.get(lines.indexOf("task " + i + " has lock 2") + 1))
          .as("nobody gets in between while it sleeps with the lock")
          .isEqualTo("task " + i + " has lock 1 as well");
    }
    assertThat(ended.millis()).as("one after another").isGreaterThanOrEqualTo(8 * 50);
  }

  @Test
  void aSemaphoreLetsNoMoreThanFiveCarsIn() {
    // when
    Ended ended = Example.run("T9Semaphore", "0.02");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    int inside = 0;
    int most = 0;
    int left = 0;
    for (String line : ended.out().lines().toList()) {
      if (line.contains(" parks, ")) {
        inside++;
        assertThat(line).endsWith(" parks, " + inside + " inside");
        most = Math.max(most, inside);
      } else if (line.endsWith(" leaves")) {
        inside--;
        left++;
      }
    }
    assertThat(most).isEqualTo(5);
    assertThat(left).isEqualTo(25);
    assertThat(ended.out().lines()).last().isEqualTo("never more than 5 inside");
    assertThat(ended.out().lines().filter(line -> line.contains(" parks")))
        .as("first come, first served")
        .extracting(line -> Integer.parseInt(line.split(" ")[1]))
        .isSorted()
        .hasSize(25);
  }

  @Test
  void nobodyBoardsBeforeTheBusIsThere() {
    // when
    Ended ended = Example.run("T10Event", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    List<String> lines = ended.out().lines().toList();
    int arrival = lines.indexOf("the bus is here");
    assertThat(lines).startsWith("the bus is on its way").hasSize(22);
    assertThat(lines.subList(0, arrival).stream().filter(line -> line.endsWith(" waits")))
        .hasSize(10);
    assertThat(lines.subList(arrival + 1, lines.size()))
        .hasSize(10)
        .allMatch(line -> line.endsWith(" boards"));
  }
}
