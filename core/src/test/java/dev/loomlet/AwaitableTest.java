package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class AwaitableTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void handsAValueToAllWhoWait(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<String> result = new AsyncResult<>();
          List<Greenlet<String>> waiting = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            waiting.add(spawn(() -> result.get()));
          }
          Loomlet.yield();
          assertThat(result.isDone()).isFalse();

          // when
          assertThat(result.set("value")).isTrue();
          assertThat(result.set("other")).isFalse();
          assertThat(result.setException(new IOException())).isFalse();
          assertThat(result.cancel(true)).isFalse();

          // then
          assertThat(Loomlet.gather(waiting)).containsOnly("value");
          assertThat(result.value()).isEqualTo("value");
          assertThat(result.isSuccessful()).isTrue();
          assertThat(result.get()).isEqualTo("value");
        });
  }

  @OnEveryEngine
  void handsAnErrorToAllWhoWait(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          IOException error = new IOException("broken");
          AsyncResult<String> result = new AsyncResult<>("answer");
          Greenlet<String> waiting = spawn(() -> result.get());
          waiting.linkException(any -> {});

          // when
          result.setException(error);

          // then
          waiting.join();
          assertThat(waiting.exception()).isInstanceOf(ExecutionException.class).hasCause(error);
          assertThat(result.isFailed()).isTrue();
          assertThat(result).hasToString("AsyncResult[answer, failed]");
        });
  }

  @OnEveryEngine
  void canBeCancelledAndSetByOtherThreads(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<String> cancelled = new AsyncResult<>();
          AsyncResult<String> set = new AsyncResult<>();

          // when
          Thread.ofPlatform()
              .start(
                  () -> {
                    cancelled.cancel(true);
                    set.set("from afar");
                  });

          // then
          assertThatThrownBy(cancelled::get).isInstanceOf(CancellationException.class);
          assertThat(cancelled.isCancelled()).isTrue();
          assertThat(set.get()).isEqualTo("from afar");
        });
  }

  @Test
  void servesPlainThreadsWithoutALoop() throws Exception {
    // given
    AsyncResult<String> result = new AsyncResult<>();

    // when / then
    assertThatThrownBy(() -> result.get(1, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(result.join(Duration.ZERO)).isFalse();
    Thread.ofPlatform().start(() -> result.set("value"));
    assertThat(result.get()).isEqualTo("value");
    assertThat(Loop.currentOrNull()).isNull();
  }

  @Test
  void tellsAnInterruptFromACancellation() throws Exception {
    // given
    AsyncResult<String> never = new AsyncResult<>();

    // when / then: declared, so it is the exception
    Thread.currentThread().interrupt();
    assertThatThrownBy(never::get).isInstanceOf(InterruptedException.class);

    // when / then: not declared, so it is the error
    Thread.currentThread().interrupt();
    assertThatThrownBy(never::join)
        .isInstanceOfSatisfying(
            Cancelled.class, e -> assertThat(e.origin()).isEqualTo(Cancelled.Cause.INTERRUPT));
    assertThat(Thread.interrupted()).isFalse();
  }

  @OnEveryEngine
  void callsBackWhenItHasEnded(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          Greenlet<String> good =
              spawn(
                  () -> {
                    sleep(1);
                    return "good";
                  });
          Greenlet<String> bad =
              spawn(
                  () -> {
                    sleep(1);
                    throw new IOException("bad");
                  });
          for (Greenlet<String> each : List.of(good, bad)) {
            each.link(done -> order.add("link"));
            each.linkValue(done -> order.add("value " + done.value()));
            each.linkException(done -> order.add("error " + done.exception().getMessage()));
          }

          // when
          Loomlet.joinAll(good, bad);
          good.link(done -> order.add("late"));
          Loomlet.joinOthers();

          // then
          assertThat(order)
              .containsExactlyInAnyOrder("link", "value good", "link", "error bad", "late");
          assertThat(order.subList(0, 2)).containsExactly("link", "value good");
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void letsCallbacksWaitAndFail(TestLoop loop) throws Exception {
    IllegalStateException error = new IllegalStateException("in the callback");
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          Greenlet<?> source = spawn(() -> {});

          // when
          source.link(
              done -> {
                throw error;
              });
          source.link(
              done -> {
                sleep(1);
                order.add("waited");
              });
          Loomlet.joinOthers();

          // then
          assertThat(order).containsExactly("waited");
        });
    assertThat(loop.uncaught()).containsExactly(error);
  }

  @OnEveryEngine
  void forgetsCallbacksThatAreUnlinked(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          AsyncResult<String> source = new AsyncResult<>();
          Consumer<Awaitable<String>> callback = done -> order.add("called");
          Consumer<Awaitable<String>> other = done -> order.add("other");
          source.link(callback);
          source.link(other);
          source.linkValue(callback);

          // when
          source.unlink(callback);
          source.set("value");
          Loomlet.joinOthers();

          // then
          assertThat(order).containsExactly("other");
          assertThat(source.listenerCount()).isZero();
        });
  }

  @OnEveryEngine
  void becomesACompletableFuture(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<String> good = spawn(() -> "good");
          Greenlet<String> bad =
              spawn(
                  () -> {
                    throw new IOException("bad");
                  });
          Greenlet<String> killed =
              spawn(
                  () -> {
                    sleep(FOR_EVER);
                    return "";
                  });
          Greenlet<String> victim =
              spawn(
                  () -> {
                    sleep(FOR_EVER);
                    return "";
                  });
          CompletableFuture<String> upper =
              good.toCompletableFuture().thenApply(String::toUpperCase);
          CompletableFuture<String> failed = bad.toCompletableFuture();
          CompletableFuture<String> cancelled = killed.toCompletableFuture();
          CompletableFuture<String> cancelling = victim.toCompletableFuture();

          // when
          killed.cancel(true);
          cancelling.cancel(true);
          Loomlet.joinAll(good, bad, killed, victim);

          // then
          assertThat(upper.getNow("not yet")).isEqualTo("GOOD");
          assertThat(failed).isCompletedExceptionally();
          assertThat(failed.exceptionNow()).hasMessage("bad");
          assertThat(cancelled).isCancelled();
          assertThat(victim.isCancelled()).isTrue();
          assertThat(good.toCompletableFuture().getNow("not yet")).isEqualTo("good");
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void waitsForAStageOfOtherCode(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CompletableFuture<String> stage = new CompletableFuture<>();
          AsyncResult<String> result = AsyncResult.of(stage.thenApply(String::toUpperCase));
          AsyncResult<String> failed =
              AsyncResult.of(CompletableFuture.failedFuture(new IOException("bad")));

          // when
          Thread.ofPlatform().start(() -> stage.complete("value"));

          // then
          assertThat(result.get()).isEqualTo("VALUE");
          assertThatThrownBy(failed::get).hasCauseInstanceOf(IOException.class);
        });
  }

  @OnEveryEngine
  void hasOneOutcomeWhenTheValueMeetsTheTimeOut(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          int rounds = Repeat.times(1000);
          int atOnce = 100;
          int[] outcomes = new int[2];

          // when: values that are set within a tick or two of the time limit, and some much later
          for (int round = 0; round < rounds; round++) {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < atOnce; i++) {
                    Duration limit = Duration.ofNanos(500_000 + (i % 10) * 20_000L);
                    long more = i / 10 == 9 ? 20_000_000 : (i / 10) * 20_000L;
                    AsyncResult<String> result = new AsyncResult<>();
                    Greenlet<?> setter =
                        group.spawn(
                            () -> {
                              sleep(Duration.ofNanos(500_000 + more));
                              result.set("value");
                            });
                    group.spawn(
                        () -> {
                          try {
                            assertThat(result.get(limit)).isEqualTo("value");
                            outcomes[0]++;
                          } catch (TimeoutException e) {
                            outcomes[1]++;
                            setter.cancel(true);
                          }

                          // then: nobody is remembered who has gone
                          assertThat(result.listenerCount()).isZero();
                        });
                  }
                });
          }
          assertThat(outcomes[0] + outcomes[1]).isEqualTo(rounds * atOnce);
          assertThat(outcomes[0]).isPositive();
          assertThat(outcomes[1]).isPositive();
        });
  }
}
