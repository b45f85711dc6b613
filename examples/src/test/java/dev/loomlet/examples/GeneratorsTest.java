package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows C1 to C5 of the course. */
class GeneratorsTest {

  @Test
  @Tag("alone")
  void switchingAtEachStepIsSlowerThanOneAfterTheOther() {
    // when
    Ended ended = Example.run("C1Switching", "10000000");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    List<String> lines = ended.out().lines().toList();
    assertThat(lines).hasSize(3);
    String sums = "sums 49999995000000 and 49999995000000 in ";
    assertThat(lines.get(0)).matches("serial: " + sums + "\\d+ ms");
    assertThat(lines.get(1)).matches("switching: " + sums + "\\d+ ms");
    assertThat(lines.get(2)).matches("switching takes \\d+ times as long, \\d+ ns a step");
    assertThat(Integer.parseInt(lines.get(2).split(" ")[2])).isGreaterThan(2);
  }

  @Test
  void aGeneratorAndItsCallerPrintInTurn() {
    // when
    Ended ended = Example.run("C2Generator");
    // then
    assertThat(ended).isEqualTo(new Ended(0, "1\n2\n3\n4\n", ""));
  }

  @Test
  void itemsAreConsumedAfterAllAreProducedByAListAndOneByOneBySend() {
    // given
    List<String> expected = new ArrayList<>();
    expected.add("by a list");
    for (int i = 0; i < 5; i++) {
      expected.add("produced " + i);
    }
    for (int i = 0; i < 5; i++) {
      expected.add("consumed " + i);
    }
    expected.add("by send");
    for (int i = 0; i < 5; i++) {
      expected.add("produced " + i);
      expected.add("consumed " + i);
    }
    // when
    Ended ended = Example.run("C3ProducerConsumer");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().limit(22)).isEqualTo(expected);
    assertThat(ended.out().lines().skip(22)).singleElement().asString().matches("list .* us");
  }

  @Test
  @Tag("alone")
  void aGeneratorThatWaitsHoldsUpItsCallerButNotOtherGreenlets() {
    // when
    Ended ended = Example.run("C4GeneratorWaits", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().limit(4))
        .containsExactly(
            "alone produced 0", "alone consumed 0", "alone produced 1", "alone consumed 1");
    assertThat(ended.out().lines().skip(11).limit(3))
        .containsExactly("a produced 0", "b produced 0", "c produced 0");
    assertThat(millis(ended, "one pair")).isBetween(1_000, 2_000);
    assertThat(millis(ended, "three pairs"))
        .as("one after another it would be 3,000")
        .isBetween(1_000, 2_000);
  }

  private static int millis(Ended ended, String what) {
    return ended
        .out()
        .lines()
        .filter(line -> line.startsWith(what + " took "))
        .map(line -> Integer.parseInt(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new AssertionError(ended));
  }

  @Test
  void twoCoroutinesThatSwitchToEachOtherPrintInTurn() {
    // when
    Ended ended = Example.run("C5Switch");
    // then
    assertThat(ended).isEqualTo(new Ended(0, "1\n2\n3\n4\n", ""));
  }
}
