package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends that come before the beginning, and collections with nothing or too much in them. */
@org.junit.jupiter.api.Timeout(60)
final class GreenletEdgesTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void whoIsLinkedHearsOfOneThatWasKilledBeforeItsStart(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> heard = new ArrayList<>();
          Greenlet<String> greenlet = Greenlet.of(() -> "never");
          greenlet.link(ended -> heard.add("before " + ended.isCancelled()));
          greenlet.linkException(ended -> heard.add("error " + ended.isCancelled()));
          greenlet.linkValue(_ -> heard.add("value"));

          // when
          greenlet.kill();
          greenlet.link(ended -> heard.add("after " + ended.isCancelled()));

          // then: each in a greenlet of its own
          assertThat(heard).isEmpty();
          Loomlet.joinOthers();
          assertThat(heard).containsExactly("before true", "error true", "after true");
          assertThat(greenlet.isStarted()).isFalse();
          assertThatThrownBy(greenlet::get).isInstanceOf(CancellationException.class);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aCheckedErrorOfAKillComesOutOfGet(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: one that waits in our code, one in the JDK's, one that has not begun, one that
          // was never started
          List<Greenlet<?>> victims =
              List.of(
                  spawn(() -> sleep(FOR_EVER)),
                  spawn(() -> Thread.sleep(FOR_EVER)),
                  Loomlet.spawnLater(FOR_EVER, () -> {}),
                  Greenlet.of(() -> {}));
          Loomlet.yield();
          for (Greenlet<?> victim : victims) {
            IOException error = new IOException("enough");
            Greenlet<Throwable> waiter = spawn(() -> catchThrowable(victim::get));
            Loomlet.yield();

            // when
            victim.kill(error);

            // then
            assertThat(victim.isFailed()).isTrue();
            assertThatThrownBy(victim::get).isInstanceOf(ExecutionException.class).hasCause(error);
            assertThatThrownBy(() -> victim.get(1, TimeUnit.DAYS)).cause().isSameAs(error);
            assertThat(waiter.get()).isInstanceOf(ExecutionException.class).hasCause(error);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void duplicatesCountOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<Integer> one = spawn(() -> 1);
          Greenlet<Integer> slow = spawn(() -> 2);
          List<Greenlet<Integer>> all = List.of(one, slow, one, one);

          // when / then
          Loomlet.joinAll(all);
          Loomlet.joinAll(one, one);
          assertThat(Loomlet.joinAll(FOR_EVER, all)).isTrue();
          assertThat(Loomlet.joinAll(all, FOR_EVER, 4, true)).containsExactly(one, slow);
          assertThat(Loomlet.gather(all)).containsExactly(1, 2, 1, 1);
          assertThat(Loomlet.await(all, Until.ALL_COMPLETED).done()).containsExactly(one, slow);
          assertThat(Loomlet.asCompleted(all)).containsExactly(one, slow);
          Loomlet.killAll(all);
        });
  }

  @OnEveryEngine
  void duplicatesOfOneThatStillRunsCountOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<Integer> go = new AsyncResult<>();
          List<AsyncResult<Integer>> all = List.of(go, go);
          Greenlet<Boolean> joining = spawn(() -> Loomlet.joinAll(FOR_EVER, all));
          Greenlet<List<Integer>> gathering = spawn(() -> Loomlet.gather(all));
          Loomlet.yield();

          // when
          assertThat(Loomlet.joinAll(Duration.ZERO, all)).isFalse();
          go.set(1);

          // then
          assertThat(joining.get()).isTrue();
          assertThat(gathering.get()).containsExactly(1, 1);
          assertThat(go.listenerCount()).isZero();
        });
  }

  @OnEveryEngine
  void givesWhatHasEndedBeforeAtOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<Integer> never = spawn(() -> 1);
          never.kill();
          AsyncResult<Integer> set = new AsyncResult<>();
          set.set(2);
          AsyncResult<Integer> later = new AsyncResult<>();
          Iterable<Awaitable<Integer>> asCompleted =
              Loomlet.asCompleted(List.<Awaitable<Integer>>of(later, never, set));

          // when
          Iterator<Awaitable<Integer>> each = asCompleted.iterator();

          // then
          assertThat(each.next()).isSameAs(never);
          assertThat(each.next()).isSameAs(set);
          later.set(3);
          assertThat(each.next()).isSameAs(later);
          assertThat(each.hasNext()).isFalse();
          assertThatThrownBy(asCompleted::iterator)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("ask anew");
        });
  }

  @OnEveryEngine
  void nothingToWaitForIsThereAtOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<Greenlet<Integer>> none = List.of();
          for (Until until : Until.values()) {
            Waited<Greenlet<Integer>> waited = Loomlet.await(none, until);
            assertThat(waited.done()).isEmpty();
            assertThat(waited.pending()).isEmpty();
          }
          assertThat(Loomlet.gather(none)).isEmpty();
          assertThat(Loomlet.<Integer>gather()).isEmpty();
          assertThat(Loomlet.joinAll(Duration.ZERO, none)).isTrue();
          assertThat(Loomlet.joinAll(none, FOR_EVER, 1, true)).isEmpty();
          Loomlet.joinAll();
          Loomlet.killAll(none);
        });
  }

  @OnEveryEngine
  void waitingForNothingIsACheckpointToo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Greenlet<Integer>> none = List.of();
          List<Action> waits =
              List.of(
                  () -> Loomlet.joinAll(),
                  () -> Loomlet.joinAll(none),
                  () -> Loomlet.killAll(none),
                  () -> Loomlet.joinAll(FOR_EVER, none),
                  () -> Loomlet.joinAll(none, FOR_EVER, 0, false),
                  () -> Loomlet.await(none, Until.ALL_COMPLETED),
                  () -> Loomlet.gather(none));
          for (Action each : waits) {
            // when
            CancelScope scope = new CancelScope();
            scope.cancel();

            // then
            assertThat(scope.run(each)).isFalse();
          }
        });
  }

  @OnEveryEngine
  void aPointInTimeThatHasPassedEndsTheCodeAtItsFirstWait(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          long past = Loop.current().clock().nanoTime() - 1_000_000;

          // when / then
          assertThatThrownBy(
                  () ->
                      Loomlet.timeoutAt(
                          past,
                          () -> {
                            order.add("began");
                            sleep(0);
                            return order.add("went on");
                          }))
              .isInstanceOf(TimeoutException.class)
              .hasMessageContaining("not done within");
          assertThat(order).containsExactly("began");
          assertThat(Loomlet.<Integer>timeoutAt(past, () -> 3)).isEqualTo(3);
          sleep(1);
        });
  }
}
