package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows A3, A4, A6, A7, A8 and the files of A9 of the course. */
class AsyncioTest {

  @Test
  void aWaitTellsTheTasksThatAreDoneFromThoseThatArePending() {
    // when
    Ended ended = Example.run("A3Tasks", "0.3");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly(
            "quick starts",
            "slow starts",
            "quick ends",
            "after the first:",
            "  done quick, value of quick",
            "  pending slow",
            "half a second later:",
            "  done quick, value of quick",
            "  pending slow",
            "slow ends",
            "after all:",
            "  done quick, value of quick",
            "  done slow, value of slow",
            "later starts",
            "soon starts",
            "soon ends",
            "completed soon",
            "later ends",
            "completed later");
  }

  @Test
  void aFutureIsSetByAnotherTask() {
    // when
    Ended ended = Example.run("A4Future", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly(
            "waiting for greeting",
            "hello",
            "hello from a thread",
            "hello from a pool",
            "no greeting today");
  }

  @Test
  @Tag("alone")
  void connectSendAllAndReceiveMakeOnlyTheirOwnGreenletWait() {
    // when
    Ended ended = Example.run("A6SockCalls");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .startsWith("[A ABC, A LOOM, A LET]", "[B ABC, B LOOM, B LET]", "[C ABC, C LOOM, C LET]");
    assertThat(ended.millis()).as("one after another it would be 1,800").isBetween(600, 1_700);
  }

  @Test
  void anIteratorMayWaitWhileOthersGoOn() {
    // when
    Ended ended = Example.run("A7AsyncIterator", "0.1");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().limit(10))
        .containsExactlyElementsOf(IntStream.range(0, 10).mapToObj(String::valueOf).toList());
    assertThat(ended.out().lines().skip(10)).startsWith("others went on: true").endsWith("0 1 4 9");
  }

  @Test
  void aClientIsClosedAlsoWhenTheBlockFails() {
    // when
    Ended ended = Example.run("A8AsyncContextManager");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly(
            "opened: HELLO",
            "in the block: A QUESTION",
            "closed: GOODBYE",
            "opened: HELLO",
            "closed: GOODBYE",
            "caught: the block fails");
  }

  @Test
  void filesAreWrittenReadAndReplacedWhileOthersGoOn() {
    // when
    Ended ended = Example.run("A9Files");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly(
            "five files written, others went on: true",
            "poem1: 1692 bytes, 100 lines",
            "poem2: 3492 bytes, 200 lines",
            "poem3: 5292 bytes, 300 lines",
            "poem4: 7092 bytes, 400 lines",
            "poem5: 8892 bytes, 500 lines",
            "first line 1 of poem3, then line 2 of poem3",
            "replaced at once: new, other sizes seen: []",
            "cleaned up: 6 files, there still: false");
  }
}
