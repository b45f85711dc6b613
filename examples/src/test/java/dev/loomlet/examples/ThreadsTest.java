package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows T1 to T3 of the course: what threads do, done by greenlets. */
class ThreadsTest {

  @Test
  @Tag("alone")
  void greenletsMadeInTwoWaysAreNamedJoinedAndCounted() {
    // when
    Ended ended = Example.run("T1Threads", "0.3");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsSubsequence(
            "main goes on at once",
            "greenlets alive: 3",
            "monkey begins to climb",
            "piglet begins to eat",
            "piglet has ended",
            "greenlets alive after one join: 2",
            "monkey has ended",
            "greenlets alive after all joins: 1")
        .contains("ox is a platform thread");
    assertThat(ended.millis()).as("the longer of 0.6 s and 0.9 s, not both").isBetween(900, 1499);
  }

  @Test
  void whatAGreenletWritesItsParentSees() {
    // when
    Ended ended = Example.run("T2SharedMemory");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines()).containsExactly("the age was 18", "the age is 16");
  }

  @Test
  void theProgramEndsWithoutWaitingForBackgroundGreenletsButTheyCleanUp() {
    // when
    Ended ended = Example.run("T3Daemon", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly(
            "courtier: I live",
            "king: I live",
            "king: I die of old age",
            "king: I take my leave",
            "main: the king is dead",
            "courtier: I take my leave");
  }
}
