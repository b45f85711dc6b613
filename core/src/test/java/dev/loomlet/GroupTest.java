package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GroupTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void membersLeaveWhenTheyHaveEnded(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          AsyncResult<String> go = new AsyncResult<>();

          // when
          Greenlet<String> first = group.spawn(() -> go.get());
          Greenlet<Void> second = group.spawn("second", () -> sleep(FOR_EVER));

          // then
          assertThat(group).containsExactly(first, second).hasSize(2);
          assertThat(group.contains(first)).isTrue();
          go.set("gone");
          assertThat(first.get()).isEqualTo("gone");
          assertThat(group).containsExactly(second);
          assertThat(group.join(Duration.ZERO)).isFalse();
          second.kill();
          assertThat(group.isEmpty()).isTrue();
          assertThat(group.join(Duration.ZERO)).isTrue();
          group.join();
        });
  }

  @OnEveryEngine
  void joinWaitsForAllAndNoLongerThanAllowed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          List<String> ended = new ArrayList<>();
          group.spawn(() -> end(ended, 2));
          group.spawn(() -> end(ended, 1));

          // when
          group.join();

          // then
          assertThat(ended).containsExactlyInAnyOrder("1", "2");
          Greenlet<Void> stays = group.spawn(() -> sleep(FOR_EVER));
          assertThat(group.join(Duration.ofMillis(2))).isFalse();
          assertThat(group).containsExactly(stays);
        });
  }

  private static void end(List<String> ended, int millis) {
    sleep(millis);
    ended.add("" + millis);
  }

  @OnEveryEngine
  void joinRaisesTheFirstErrorWhenAllHaveEnded(TestLoop loop) throws Exception {
    // given
    Exception first = new Exception("first");
    List<String> ended = new ArrayList<>();
    loop.run(
        () -> {
          Group group = new Group();
          group.spawn(() -> failAfter(first, 2));
          group.spawn(() -> failAfter(new Exception("second"), 4));
          group.spawn(() -> end(ended, 6));

          // when / then
          assertThatThrownBy(() -> group.join(FOR_EVER, true))
              .isInstanceOf(ExecutionException.class)
              .hasCause(first);
          assertThat(ended).containsExactly("6");
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void withoutRaisingErrorsOfMembersAreReported(TestLoop loop) throws Exception {
    // given
    Exception error = new Exception("reported");
    loop.run(
        () -> {
          Group group = new Group();
          group.spawn(() -> failAfter(error, 1));
          // when
          assertThat(group.join(FOR_EVER, false)).isTrue();
        });
    // then
    assertThat(loop.uncaught()).containsExactly(error);
  }

  @OnEveryEngine
  void joinThatRaisesStillThrowsAfterTheTimeIsOver(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Exception error = new Exception("early");
          group.spawn(() -> failAfter(error, 0));
          group.spawn(() -> sleep(FOR_EVER));

          // when / then
          assertThatThrownBy(() -> group.join(Duration.ofMillis(20), true)).hasCause(error);
          assertThat(group.join(Duration.ofMillis(1), true)).isFalse();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static Void failAfter(Exception error, long millis) throws Exception {
    sleep(millis);
    throw error;
  }

  @OnEveryEngine
  void killEndsAllAlsoThoseNotStartedAndThoseAddedMeanwhile(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Greenlet<Void> waiting =
              group.spawn(
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } finally {
                      group.spawn("late", () -> sleep(FOR_EVER));
                    }
                  });
          Greenlet<Void> unstarted = Greenlet.of(() -> sleep(0));
          group.add(unstarted);
          Loomlet.yield();

          // when
          group.kill();

          // then
          assertThat(waiting.isCancelled()).isTrue();
          assertThat(unstarted.isCancelled()).isTrue();
          assertThat(group.size()).isZero();
        });
  }

  @OnEveryEngine
  void killWithAnErrorOrWithoutWaiting(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Exception error = new Exception("of choice");
          Greenlet<Void> one = group.spawn(() -> sleep(FOR_EVER));
          one.linkException(_ -> {});
          Loomlet.yield();

          // when
          assertThat(group.kill(error, Duration.ZERO)).isFalse();

          // then
          assertThat(one.isDone()).isFalse();
          group.join();
          assertThat(one.exception()).isSameAs(error);

          // and
          group.spawn(() -> sleep(FOR_EVER));
          assertThat(group.kill(Duration.ofMinutes(1))).isTrue();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aMemberThatKillsItsGroupTakesTheOthersWithIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          List<String> passed = new ArrayList<>();
          Greenlet<Void> killer =
              group.spawn(
                  () -> {
                    group.kill();
                    passed.add("not reached");
                  });
          Greenlet<Void> other = group.spawn(() -> sleep(FOR_EVER));

          // when
          group.join();

          // then
          assertThat(killer.isCancelled()).isTrue();
          assertThat(other.isCancelled()).isTrue();
          assertThat(passed).isEmpty();
        });
  }

  @OnEveryEngine
  void aMemberMustNotWaitForItsOwnGroup(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Group group = new Group();
          Greenlet<Void> member = group.spawn(() -> group.join());
          assertThatThrownBy(member::get).hasCauseInstanceOf(IllegalStateException.class);
        });
  }

  @OnEveryEngine
  void addsStartsAndDiscards(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Greenlet<Void> running = spawn(() -> sleep(FOR_EVER));
          Greenlet<Integer> ended = spawn(() -> 1);
          ended.join();
          Greenlet<Void> unstarted = Greenlet.of(() -> sleep(FOR_EVER));

          // when
          group.add(running);
          group.add(running);
          group.add(ended);
          group.start(unstarted);

          // then
          assertThat(group).containsExactly(running, unstarted);
          assertThat(unstarted.isStarted()).isTrue();
          assertThat(group.discard(running)).isTrue();
          assertThat(group.discard(running)).isFalse();
          assertThat(running.listenerCount()).isZero();
          group.kill();
          assertThat(running.isDone()).isFalse();
        });
  }

  @OnEveryEngine
  void aCancelledJoinLeavesTheGroupAsItWas(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          group.spawn(() -> sleep(FOR_EVER));
          for (Greenlet<?> waiter :
              List.of(
                  spawn(() -> group.join()),
                  spawn(() -> group.join(FOR_EVER, true)),
                  spawn(() -> group.apply(() -> waitFor(FOR_EVER))),
                  group.mapAsync(GroupTest::waitFor, List.of(FOR_EVER)))) {
            Loomlet.yield();

            // when
            waiter.kill();

            // then
            assertThat(waiter.isCancelled()).isTrue();
          }
          Loomlet.yield();
          Loomlet.yield();
          assertThat(group.size()).isEqualTo(1);
          group.kill();
          group.join();
        });
  }

  private static int waitFor(Duration time) {
    sleep(time);
    return 1;
  }

  @OnEveryEngine
  void applyGivesTheValueOrTheErrorItself(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Group group = new Group();
          Exception error = new Exception("itself");
          assertThat(group.apply(() -> "value")).isEqualTo("value");
          assertThatThrownBy(() -> group.apply(() -> failAfter(error, 0))).isSameAs(error);
          assertThat(group.applyAsync(() -> "later").get()).isEqualTo("later");
          List<String> got = new ArrayList<>();
          group.applyAsync(() -> "called back", got::add).join();
          Loomlet.yield();
          assertThat(got).containsExactly("called back");
          Greenlet<?> victim =
              spawn(
                  () -> {
                    while (group.isEmpty()) {
                      Loomlet.yield();
                    }
                    group.kill();
                  });
          assertThatThrownBy(() -> group.apply(() -> waitFor(FOR_EVER)))
              .isInstanceOf(CancellationException.class);
          victim.join();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void mapGivesResultsInTheOrderOfTheItems(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          List<Integer> begun = new ArrayList<>();

          // when
          List<Integer> squares =
              group.map(
                  n -> {
                    begun.add(n);
                    sleep(6 - 2 * n);
                    return n * n;
                  },
                  List.of(1, 2, 3));

          // then
          assertThat(begun).containsExactly(1, 2, 3);
          assertThat(squares).containsExactly(1, 4, 9);
          List<List<Integer>> called = new ArrayList<>();
          Greenlet<List<Integer>> later = group.mapAsync(n -> n + 1, List.of(1), called::add);
          assertThat(later.get()).containsExactly(2);
          Loomlet.yield();
          assertThat(called).containsExactly(List.of(2));
        });
  }

  @OnEveryEngine
  void mapGivesUpTheRestWhenOneFails(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Exception error = new Exception("of 2");
          Mapping<Integer, Integer> mapping =
              n -> {
                if (n == 2) {
                  throw error;
                }
                return n == 1 ? n : waitFor(FOR_EVER);
              };

          // when / then
          assertThatThrownBy(() -> group.map(mapping, List.of(1, 2, 3)))
              .isInstanceOf(ExecutionException.class)
              .hasCause(error);
          group.join();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void imapUnorderedGivesResultsAsTheyCome(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Group group = new Group();
          List<Integer> results = new ArrayList<>();
          Mapping<Integer, Integer> slow =
              n -> {
                sleep(n);
                return n;
              };
          try (Results<Integer> all = group.imapUnordered(slow, List.of(60, 1, 30))) {
            all.forEach(results::add);
            assertThat(all.hasNext()).isFalse();
            assertThatThrownBy(all::next).isInstanceOf(NoSuchElementException.class);
          }
          assertThat(results).containsExactly(1, 30, 60);
          try (Stream<Integer> stream = group.imap(slow, List.of(3, 1)).stream()) {
            assertThat(stream.toList()).containsExactly(3, 1);
          }
        });
  }

  @OnEveryEngine
  void errorsComeOutWhereTheResultIsTakenAndTheRestGoesOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Exception error = new Exception("of 2");
          Mapping<Integer, Integer> mapping =
              n -> {
                if (n == 2) {
                  throw error;
                }
                if (n == 3) {
                  Greenlet.current().kill();
                }
                return n;
              };

          // when
          Results<Integer> results = group.imap(mapping, List.of(1, 2, 3, 4));

          // then
          assertThat(results.next()).isEqualTo(1);
          assertThatThrownBy(results::next).isInstanceOf(CompletionException.class).hasCause(error);
          assertThatThrownBy(results::next).isInstanceOf(CancellationException.class);
          assertThat(results.next()).isEqualTo(4);
          assertThat(results.hasNext()).isFalse();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void anErrorOfTheSourceComesAfterAllResults(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          IllegalArgumentException error = new IllegalArgumentException("source");
          Iterable<Integer> source =
              () ->
                  IntStream.range(0, 3)
                      .map(
                          n -> {
                            if (n == 2) {
                              throw error;
                            }
                            return n;
                          })
                      .iterator();
          for (Results<Integer> results :
              List.of(
                  new Group().imap(n -> n, source), new Group().imapUnordered(n -> n, source))) {
            assertThat(results.next()).isZero();
            assertThat(results.next()).isEqualTo(1);
            assertThat(results.hasNext()).isTrue();
            assertThatThrownBy(results::next).hasCause(error);
            assertThat(results.hasNext()).isFalse();
          }
        });
  }

  @OnEveryEngine
  void aFastProducerStopsUntilResultsAreTaken(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          List<Integer> begun = new ArrayList<>();
          List<Integer> pulled = new ArrayList<>();
          Iterable<Integer> endless =
              () -> IntStream.iterate(0, n -> n + 1).peek(pulled::add).iterator();
          Mapping<Integer, Integer> mapping =
              n -> {
                begun.add(n);
                return n;
              };
          for (boolean ordered : new boolean[] {true, false}) {
            begun.clear();
            pulled.clear();

            // when
            try (Results<Integer> results =
                ordered
                    ? group.imap(mapping, endless, 3)
                    : group.imapUnordered(mapping, endless, 3)) {
              settle();

              // then
              assertThat(begun).containsExactly(0, 1, 2);
              assertThat(pulled).containsExactly(0, 1, 2);
              assertThat(results.next()).isZero();
              settle();
              assertThat(begun).containsExactly(0, 1, 2, 3);
            }
            settle();
            assertThat(begun).hasSize(4);
          }
        });
  }

  private static void settle() {
    for (int i = 0; i < 20; i++) {
      Loomlet.yield();
    }
  }

  @OnEveryEngine
  void closingResultsCancelsTheRestAndLeaksNothing(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (boolean ordered : new boolean[] {true, false}) {
            // given
            Group group = new Group();
            List<String> closed = new ArrayList<>();
            ClosingSource source = new ClosingSource(closed);
            Mapping<Integer, Integer> mapping = n -> n == 0 ? n : waitFor(FOR_EVER);
            Results<Integer> results =
                ordered ? group.imap(mapping, source, 4) : group.imapUnordered(mapping, source, 4);
            assertThat(results.next()).isZero();
            settle();
            assertThat(group.size()).isEqualTo(4);

            // when
            results.close();
            results.close();

            // then
            group.join();
            Loomlet.joinOthers();
            assertThat(closed).containsExactly("closed");
            assertThat(results.hasNext()).isFalse();
            assertThat(Loop.current().liveCount()).isEqualTo(1);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  /** Endless; its iterator wants to be closed. */
  private record ClosingSource(List<String> closed) implements Iterable<Integer> {
    @Override
    public Iterator<Integer> iterator() {
      final class Items implements Iterator<Integer>, AutoCloseable {
        private int next;

        @Override
        public boolean hasNext() {
          return true;
        }

        @Override
        public Integer next() {
          return next++;
        }

        @Override
        public void close() {
          closed.add("closed");
        }
      }
      return new Items();
    }
  }

  @OnEveryEngine
  void aCancelledTakerLosesNoResult(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          AsyncResult<Integer> value = new AsyncResult<>();
          Results<Integer> results = group.imap(AsyncResult::get, List.of(value));
          Greenlet<Integer> taker = spawn(results::next);
          settle();

          // when
          taker.kill();
          value.set(7);

          // then
          assertThat(taker.isCancelled()).isTrue();
          assertThat(results.next()).isEqualTo(7);
        });
  }

  @OnEveryEngine
  void closingWakesOneWhoTakes(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Results<Integer> results =
              new Group().imapUnordered(GroupTest::waitFor, List.of(FOR_EVER));
          Greenlet<Boolean> taker = spawn(results::hasNext);
          settle();
          results.close();
          assertThat(taker.get()).isFalse();
        });
  }

  @OnEveryEngine
  void isAnExecutor(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Group group = new Group();
          List<String> ran = new ArrayList<>();
          group.execute(() -> ran.add("ran"));
          group.join();
          assertThat(ran).containsExactly("ran");
        });
  }

  @Test
  void worksOnAPlatformThreadAndOverLoops() throws Exception {
    // given
    Group group = new Group();
    try (LoopGroup loops = LoopGroup.start(2)) {
      for (Loop each : loops.loops()) {
        each.call(
            () -> {
              group.spawn(() -> sleep(5));
              group.spawn(() -> sleep(FOR_EVER));
              return null;
            });
      }

      // when
      assertThat(group.join(Duration.ofMillis(1))).isFalse();
      assertThat(group.kill(Duration.ofMinutes(1))).isTrue();

      // then
      assertThat(group.size()).isZero();
    }
  }

  @Test
  void saysWhatIsWrongWithArguments() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              Group group = new Group();
              assertThatThrownBy(() -> group.imap(n -> n, List.of(1), 0))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("at least 1");
              assertThatThrownBy(() -> group.add(null)).isInstanceOf(NullPointerException.class);
              assertThatThrownBy(() -> group.execute(null))
                  .isInstanceOf(NullPointerException.class);
            });
  }
}
