package dev.loomlet;

import static dev.loomlet.Loomlet.runInExecutor;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.sync.Event;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** How far a cancellation goes between results, stages of other code, and what makes them. */
@org.junit.jupiter.api.Timeout(60)
final class ResultCancellationTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void cancellingAResultLeavesItsStageAlone(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CompletableFuture<String> stage = new CompletableFuture<>();
          AsyncResult<String> result = AsyncResult.of(stage);
          AsyncResult<String> another = AsyncResult.of(stage);

          // when
          assertThat(result.cancel(true)).isTrue();

          // then
          assertThatThrownBy(result::get).isInstanceOf(CancellationException.class);
          assertThat(stage).isNotDone();
          stage.complete("value");
          assertThat(another.get()).isEqualTo("value");
          assertThat(result.isCancelled()).isTrue();
          assertThat(result.value()).isNull();
        });
  }

  @OnEveryEngine
  void aKilledWaiterLeavesTheStageAndItsResultAlone(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CompletableFuture<String> stage = new CompletableFuture<>();
          AsyncResult<String> result = AsyncResult.of(stage);
          Greenlet<String> waiter = spawn(() -> result.get());
          Loomlet.yield();

          // when
          waiter.kill();

          // then
          assertThat(waiter.isCancelled()).isTrue();
          assertThat(result.isDone()).isFalse();
          assertThat(result.listenerCount()).isZero();
          stage.complete("value");
          assertThat(result.get()).isEqualTo("value");
        });
  }

  @OnEveryEngine
  void aStageThatIsCancelledCancelsItsResult(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CompletableFuture<String> stage = new CompletableFuture<>();
          AsyncResult<String> result = AsyncResult.of(stage);

          // when
          stage.cancel(true);

          // then
          assertThat(result.isCancelled()).isTrue();
          assertThat(result.exception()).hasCauseInstanceOf(CancellationException.class);
          assertThatThrownBy(result::get).isInstanceOf(CancellationException.class);
        });
  }

  @OnEveryEngine
  void workThatHasBegunGoesOnUnlessItMayBeInterrupted(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Event begun = new Event();
          CountDownLatch go = new CountDownLatch(1);
          AsyncResult<Boolean> wentOn = new AsyncResult<>();
          AsyncResult<String> result =
              runInExecutor(
                  () -> {
                    begun.set();
                    wentOn.set(go.await(1, TimeUnit.DAYS));
                    return "too late";
                  });
          begun.await();

          // when
          assertThat(result.cancel(false)).isTrue();

          // then
          assertThatThrownBy(result::get).isInstanceOf(CancellationException.class);
          assertThat(wentOn.isDone()).isFalse();
          go.countDown();
          assertThat(wentOn.get()).isTrue();
          assertThat(result.cancel(true)).isFalse();
          assertThat(result.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void workInAnExecutorOfTheJdkIsInterruptedIfAskedTo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            // given
            Event begun = new Event();
            AsyncResult<Throwable> seen = new AsyncResult<>();
            AsyncResult<String> result =
                runInExecutor(
                    executor,
                    () -> {
                      begun.set();
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        seen.set(e);
                      }
                      return "";
                    });
            begun.await();

            // when
            result.cancel(true);

            // then
            assertThat(seen.get()).isInstanceOf(InterruptedException.class);
            assertThat(runInExecutor(executor, () -> Thread.currentThread().isInterrupted()).get())
                .isFalse();
          }
        });
  }

  @OnEveryEngine
  void workThatHasNotBegunNeverDoes(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: an executor of other code, from which nothing can be taken back
          Queue<Runnable> tasks = new ArrayDeque<>();
          AtomicBoolean ran = new AtomicBoolean();
          AsyncResult<?> result = runInExecutor(tasks::add, Loop.callable(() -> ran.set(true)));

          // when
          result.cancel(false);

          // then
          assertThat(tasks).hasSize(1);
          tasks.remove().run();
          assertThat(ran).isFalse();
          assertThat(result.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void anExecutorThatRefusesTellsTheCaller(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          ExecutorService executor = Executors.newSingleThreadExecutor();
          executor.shutdown();
          assertThatThrownBy(() -> runInExecutor(executor, () -> 1))
              .isInstanceOf(RejectedExecutionException.class);
        });
  }

  @OnEveryEngine
  void cancellingTheCompletableFutureCancelsTheResultAndItsWork(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Event begun = new Event();
          AsyncResult<Throwable> seen = new AsyncResult<>();
          AsyncResult<String> result =
              runInExecutor(
                  () -> {
                    begun.set();
                    try {
                      new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                      seen.set(e);
                    }
                    return "";
                  });
          begun.await();

          // when
          assertThat(result.toCompletableFuture().cancel(true)).isTrue();

          // then
          assertThat(result.isCancelled()).isTrue();
          assertThat(seen.get()).isInstanceOf(InterruptedException.class);
        });
  }

  @OnEveryEngine
  void cancellingADependentLeavesTheSourceAlone(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<String> source = new AsyncResult<>();
          CompletableFuture<String> future = source.toCompletableFuture();
          CompletableFuture<String> dependent = future.thenApply(String::toUpperCase);

          // when
          dependent.cancel(true);

          // then
          assertThat(source.isDone()).isFalse();
          source.set("value");
          assertThat(future).isCompletedWithValue("value");
        });
  }

  @OnEveryEngine
  void eachCompletableFutureIsItsOwn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<String> source = new AsyncResult<>();
          CompletableFuture<String> first = source.toCompletableFuture();
          CompletableFuture<String> second = source.toCompletableFuture();

          // when: somebody else completes one of them
          first.complete("other");

          // then
          assertThat(source.isDone()).isFalse();
          source.set("value");
          assertThat(first).isCompletedWithValue("other");
          assertThat(second).isCompletedWithValue("value");
          assertThat(source.listenerCount()).isZero();
        });
  }

  @OnEveryEngine
  void oneThatWasCancelledBeforeGivesACancelledCompletableFuture(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<String> source = new AsyncResult<>();
          source.cancel(true);

          // when / then
          assertThat(source.toCompletableFuture()).isCancelled();
        });
  }

  @OnEveryEngine
  void cancellingTheCompletableFutureElsewhereEndsTheGreenlet(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> greenlet = spawn(() -> sleep(FOR_EVER));
          CompletableFuture<?> future = greenlet.toCompletableFuture();
          Loomlet.yield();

          // when
          runInExecutor(() -> future.cancel(true)).get();

          // then
          greenlet.join();
          assertThat(greenlet.isCancelled()).isTrue();
        });
  }
}
