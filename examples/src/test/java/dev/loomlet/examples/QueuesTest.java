package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows M8 to M10 of the course: what processes do with queues, done by greenlets. */
class QueuesTest {

  @Test
  void queuesKeepTheOrderAndSayWhenTheyAreFullOrEmpty() {
    // when
    Ended ended = Example.run("M8Queue", "0.2");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly(
            "empty true, full false",
            "empty false, full true",
            "Full: the queue is full with 6 elements; put waits for room",
            "g was not put after 3 s",
            "took a b c d e f",
            "Empty: there is nothing to remove",
            "took null after 3 s");
  }

  @Test
  void whatOneGreenletPutsAnotherPrints() {
    // when
    Ended ended = Example.run("M9Dish");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly("cook puts kung pao chicken", "guest got kung pao chicken");
  }

  @Test
  void whatOneProcessPutsAnotherPrints() {
    // when
    Ended ended = Example.run("M9DishBySocket", "kung pao chicken", "mapo tofu");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactlyInAnyOrder(
            "cook puts kung pao chicken",
            "cook puts mapo tofu",
            "guest, in another process, got kung pao chicken",
            "guest, in another process, got mapo tofu",
            "guest leaves");
    assertThat(ended.out().lines().filter(line -> line.startsWith("guest")))
        .containsExactly(
            "guest, in another process, got kung pao chicken",
            "guest, in another process, got mapo tofu",
            "guest leaves");
  }

  @Test
  void consumersEndWithTheProgramWhenEverythingIsEaten() {
    // when
    Ended ended = Example.run("M10ProducersConsumers", "0.02");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    List<String> lines = ended.out().lines().toList();
    for (String food : List.of("fried rice", "Buddha jumps over the wall")) {
      for (int i = 0; i < 8; i++) {
        String dish = food + " " + i;
        assertThat(lines).filteredOn(line -> line.endsWith(" made " + dish)).hasSize(1);
        assertThat(lines).filteredOn(line -> line.endsWith(" ate " + dish)).hasSize(1);
      }
    }
    assertThat(lines.get(32)).isEqualTo("all eaten: 16");
    assertThat(lines.subList(33, lines.size()))
        .containsExactlyInAnyOrder("Pigsy leaves", "Monkey leaves");
  }
}
