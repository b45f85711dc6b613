package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Timeout;

/** Waiting for several: joinAll, await, asCompleted, gather, waitFor, shield. */
@Timeout(60)
final class AwaitTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private static Greenlet<Integer> after(int millis) {
    return spawn(
        () -> {
          sleep(millis);
          return millis;
        });
  }

  private static Greenlet<Integer> never() {
    return spawn(
        () -> {
          sleep(FOR_EVER);
          return 0;
        });
  }

  private static Greenlet<Integer> failing(Exception error) {
    return spawn(
        () -> {
          sleep(1);
          throw error;
        });
  }

  @OnEveryEngine
  void waitsForAll(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Greenlet<Integer>> both = List.of(after(2), after(1));

          // when
          Waited<Greenlet<Integer>> waited = Loomlet.await(both, Until.ALL_COMPLETED);

          // then
          assertThat(waited.done()).containsExactlyElementsOf(both);
          assertThat(waited.pending()).isEmpty();
        });
  }

  @OnEveryEngine
  void waitsForTheFirst(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<Integer> slow = never();
          Greenlet<Integer> quick = after(1);

          // when
          Waited<Greenlet<Integer>> waited =
              Loomlet.await(List.of(slow, quick), Until.FIRST_COMPLETED);

          // then
          assertThat(waited.done()).containsExactly(quick);
          assertThat(waited.pending()).containsExactly(slow);
          assertThat(slow.isDone()).isFalse();
          assertThat(slow.listenerCount()).isZero();
        });
  }

  @OnEveryEngine
  void waitsForTheFirstError(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<Integer> slow = never();
          Greenlet<Integer> good = spawn(() -> 1);
          Greenlet<Integer> bad = failing(new IOException("bad"));
          bad.linkException(any -> {});

          // when
          Waited<Greenlet<Integer>> waited =
              Loomlet.await(List.of(slow, good, bad), Until.FIRST_EXCEPTION);

          // then
          assertThat(waited.done()).containsExactly(good, bad);
          assertThat(waited.pending()).containsExactly(slow);
          assertThat(Loomlet.await(List.of(good), Until.FIRST_EXCEPTION).pending()).isEmpty();
        });
  }

  @OnEveryEngine
  void waitsForALimitedTime(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<Integer> slow = never();
          Greenlet<Integer> quick = spawn(() -> 1);

          // when
          Waited<Greenlet<Integer>> waited =
              Loomlet.await(List.of(slow, quick), Until.ALL_COMPLETED, Duration.ofMillis(5));
          Waited<Greenlet<Integer>> looked =
              Loomlet.await(List.of(slow), Until.ALL_COMPLETED, Duration.ZERO);

          // then
          assertThat(waited.done()).containsExactly(quick);
          assertThat(looked.pending()).containsExactly(slow);
        });
  }

  @OnEveryEngine
  void givesThemAsTheyEnd(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Integer> order = new ArrayList<>();

          // when
          for (Greenlet<Integer> each :
              Loomlet.asCompleted(List.of(after(30), after(1), after(15)))) {
            order.add(each.value());
          }

          // then
          assertThat(order).containsExactly(1, 15, 30);
          Iterator<Greenlet<Integer>> none =
              Loomlet.asCompleted(List.<Greenlet<Integer>>of()).iterator();
          assertThat(none.hasNext()).isFalse();
          assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
        });
  }

  @OnEveryEngine
  void joinsSomeOfThem(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<Integer> slow = never();
          Greenlet<Integer> second = after(10);
          Greenlet<Integer> first = after(1);
          List<Greenlet<Integer>> all = List.of(slow, second, first);

          // when / then
          assertThat(Loomlet.joinAll(all, FOR_EVER, 2, false)).containsExactly(first, second);
          assertThat(Loomlet.joinAll(all, Duration.ofMillis(1), 3, false)).hasSize(2);
        });
  }

  @OnEveryEngine
  void raisesTheEarliestError(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          IOException error = new IOException("bad");
          List<Greenlet<Integer>> all = List.of(never(), failing(error), spawn(() -> 1));

          // when / then
          assertThatThrownBy(() -> Loomlet.joinAll(all, FOR_EVER, 3, true))
              .isInstanceOf(ExecutionException.class)
              .hasCause(error);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void gathersValuesInTheOrderOfTheTasks(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // when
          List<Integer> values =
              Loomlet.gather(
                  () -> {
                    sleep(5);
                    return 1;
                  },
                  () -> 2,
                  () -> {
                    sleep(1);
                    return 3;
                  });

          // then
          assertThat(values).containsExactly(1, 2, 3);
        });
  }

  @OnEveryEngine
  void gathersUpToTheFirstError(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          IOException error = new IOException("bad");
          Greenlet<Integer> slow = never();

          // when / then: the other one goes on
          assertThatThrownBy(() -> Loomlet.gather(List.of(slow, failing(error))))
              .isInstanceOf(ExecutionException.class)
              .hasCause(error);
          assertThat(slow.isDone()).isFalse();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void cancelsWhatItGathersWhenItIsCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Greenlet<Integer>> all = List.of(never(), never());
          Greenlet<?> gathering = spawn(() -> Loomlet.gather(all));
          Loomlet.yield();

          // when
          gathering.kill();

          // then
          Loomlet.joinAll(all);
          assertThat(all).allMatch(Greenlet::isCancelled);
        });
  }

  @OnEveryEngine
  void givesUpWhatTakesTooLong(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<Integer> slow = never();

          // when / then
          assertThat(Loomlet.waitFor(after(1), FOR_EVER)).isEqualTo(1);
          assertThatThrownBy(() -> Loomlet.waitFor(slow, Duration.ofMillis(1)))
              .isInstanceOf(TimeoutException.class);
          slow.join();
          assertThat(slow.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void shieldsCodeFromACancellationOfTheCaller(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<String> finished = new AsyncResult<>();
          Greenlet<?> caller =
              spawn(
                  () ->
                      Loomlet.shield(
                          () -> {
                            sleep(5);
                            return finished.set("finished");
                          }));
          Loomlet.yield();
          Loomlet.yield();

          // when
          caller.kill();

          // then
          assertThat(caller.isCancelled()).isTrue();
          assertThat(finished.isDone()).isFalse();
          assertThat(finished.get()).isEqualTo("finished");
          assertThat(Loomlet.<String>shield(() -> "value")).isEqualTo("value");
          assertThatThrownBy(
                  () ->
                      Loomlet.shield(
                          () -> {
                            throw new IOException("as it is");
                          }))
              .isInstanceOf(IOException.class);
        });
  }

  @OnEveryEngine
  void waitsForEverybodyElse(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          spawn(
              () -> {
                sleep(1);
                spawn(
                    () -> {
                      sleep(1);
                      order.add("grandchild");
                    });
              });

          // when
          Loomlet.joinOthers();

          // then
          assertThat(order).containsExactly("grandchild");
        });
  }
}
