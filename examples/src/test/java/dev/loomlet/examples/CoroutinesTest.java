package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows C6, A1 and A2 of the course. */
class CoroutinesTest {

  @Test
  void sleepsOfTwoThreeAndFiveSecondsAreDoneInFiveAndReturnValues() {
    // when
    Ended ended = Example.run("C6Spawn", "0.5");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .startsWith(
            "heng ...",
            "ha ...",
            "hei ...",
            "... heng",
            "first value HENG, last value still null",
            "... ha",
            "... hei",
            "values HENG HA HEI");
    assertThat(ended.millis()).as("one after another it would be 5,000").isBetween(2_500, 4_500);
  }

  @Test
  @Tag("alone")
  void twoCoroutinesOfOneSecondAreDoneInOneSecondOnOneLoop() {
    // when
    Ended ended = Example.run("A1EventLoop");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().map(line -> line.replaceFirst("Loop\\[.*\\]", "the loop")))
        .startsWith(
            "f1 on the loop starts",
            "f2 on the loop starts",
            "f1 on the loop ends",
            "f2 on the loop ends");
    assertThat(ended.out().lines().limit(4).map(line -> line.replaceAll(".*\\[|\\].*", "")))
        .as("names of the loops")
        .containsOnly(ended.out().replaceAll("(?s)^[^\\[]*\\[|\\].*", ""));
    assertThat(ended.millis()).as("one after another it would be 2,000").isBetween(1_000, 1_900);
  }

  @Test
  @Tag("alone")
  void anAwaitedCoroutineGivesItsResultOrItsError() {
    // when
    Ended ended = Example.run("A2Await", "0.2");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .startsWith(
            "f1 starts",
            "I/O begins",
            "f2 starts",
            "I/O begins",
            "I/O ends",
            "f1 got hello",
            "I/O ends",
            "f2 got hello",
            "the answer is 42",
            "the error is java.io.IOException: the line is dead");
    assertThat(ended.millis()).as("0.6 s for two, then 0.2 s").isBetween(800, 1399);
  }
}
