package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows T11 (on threads), T12, A5, P4 and C8 of the course. */
class PoolsTest {

  @Test
  @Tag("alone")
  void atMostThreeTasksRunAtOnceAndResultsComeInTheOrderAsked() {
    // when
    Ended ended = Example.run("T11Pools", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    for (String kind : List.of("threads", "greenlets")) {
      assertThat(ended.out().lines().filter(line -> line.startsWith(kind)))
          .startsWith(
              kind + ": 10 submitted, 0 done",
              kind + ": results [10, 11, 12, 13, 14, 15, 16, 17, 18, 19], at most 3 at once",
              kind + ": map gives [10, 11, 12]");
      assertThat(figure(ended, kind + ": (\\d+) ms"))
          .as("five rounds of 100 ms; one by one it would be 1,300")
          .isBetween(500, 1_250);
    }
  }

  @Test
  void callbacksGetTheResultOrTheErrorWhenItIsThere() {
    // when
    Ended ended = Example.run("T12Callbacks", "0.5");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly(
            "all submitted",
            "task 3 has ended",
            "callback got no such dish",
            "task 2 has ended",
            "callback got 12",
            "task 1 has ended",
            "callback got 11",
            "callback of a greenlet got 11");
  }

  @Test
  @Tag("alone")
  void theLoopTicksWhileACallIsMadeInTheExecutor() {
    // when
    Ended ended = Example.run("A5RunInExecutor", "0.3");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().findFirst())
        .contains("on the loop: hello from the loop, 0 ticks meanwhile");
    assertThat(figure(ended, "off the loop: hello from loomlet-worker-1, (\\d+) ticks meanwhile"))
        .as("20 on an idle machine")
        .isBetween(5, 20);
  }

  @Test
  @Tag("alone")
  void theFourWaysToSubmitDifferInTimeAndInLooks() {
    // when
    Ended ended = Example.run("P4Submission", "0.3");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    String rest = ": (\\d+) ms, looked \\d+ times for \\[tea, tea, tea\\]";
    assertThat(figure(ended, "synchronous, blocking" + rest)).isBetween(900, 2_000);
    assertThat(figure(ended, "synchronous, non-blocking" + rest)).isBetween(900, 2_000);
    assertThat(figure(ended, "asynchronous, blocking" + rest)).isBetween(300, 890);
    assertThat(figure(ended, "asynchronous, non-blocking" + rest)).isBetween(300, 890);
    String looks = "ynchronous, %s: \\d+ ms, looked (\\d+) times.*";
    assertThat(figure(ended, "s" + looks.formatted("blocking"))).isZero();
    assertThat(figure(ended, "as" + looks.formatted("blocking"))).isZero();
    assertThat(figure(ended, "s" + looks.formatted("non-blocking"))).isPositive();
    assertThat(figure(ended, "as" + looks.formatted("non-blocking"))).isPositive();
  }

  @Test
  @Tag("alone")
  void eachCoroutineHasAThreadOfItsOwnName() {
    // when
    Ended ended = Example.run("C8Names", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().map(line -> line.replaceFirst("greenlet-\\d+", "greenlet-N")))
        .startsWith(
            "main in thread \"main\", greenlet main",
            "func1 in thread \"worker-1\", greenlet worker-1",
            "func2 in thread \"worker-2\", greenlet worker-2",
            "func3 in thread \"\", greenlet greenlet-N",
            "all of them on one loop",
            "off the loop in thread \"loomlet-worker-1\"");
    assertThat(ended.millis()).as("0.6 s one after another").isBetween(300, 590);
  }

  /** The number in the line that is like this. */
  private static int figure(Ended ended, String line) {
    return ended
        .out()
        .lines()
        .filter(each -> each.matches(line))
        .map(each -> Integer.parseInt(each.replaceFirst(line, "$1")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line \"" + line + "\" in\n" + ended));
  }
}
