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
import org.junit.jupiter.api.Timeout;

/** Groups that apply a function to many items. */
@Timeout(60)
final class GroupMappingTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private static Void failAfter(Exception error, long millis) throws Exception {
    sleep(millis);
    throw error;
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
              new Group().imapUnordered(GroupMappingTest::waitFor, List.of(FOR_EVER));
          Greenlet<Boolean> taker = spawn(results::hasNext);
          settle();
          results.close();
          assertThat(taker.get()).isFalse();
        });
  }
}
