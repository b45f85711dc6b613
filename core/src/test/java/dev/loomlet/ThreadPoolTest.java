package dev.loomlet;

import static dev.loomlet.Loomlet.runInExecutor;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ThreadPoolTest {

  @OnEveryEngine
  void blockingWorkLeavesTheLoopResponsive(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ThreadPool pool = new ThreadPool("work", 1)) {
            // given
            CountDownLatch release = new CountDownLatch(1);

            // when
            AsyncResult<String> result =
                pool.spawn(
                    () -> {
                      release.await();
                      Thread self = Thread.currentThread();
                      return self.getName() + " " + self.isDaemon() + " " + self.isVirtual();
                    });

            // then
            sleep(1);
            assertThat(result.isDone()).isFalse();
            assertThat(pool.size()).isEqualTo(1);
            release.countDown();
            assertThat(result.get()).isEqualTo("work-1 true false");
            assertThat(pool.threadCount()).isEqualTo(1);
          }
        });
  }

  @OnEveryEngine
  void applyGivesTheValueOrTheErrorItself(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ThreadPool pool = new ThreadPool(2)) {
            Exception error = new Exception("itself");
            assertThat(pool.apply(() -> "value")).isEqualTo("value");
            assertThatThrownBy(
                    () ->
                        pool.apply(
                            () -> {
                              throw error;
                            }))
                .isSameAs(error);
            List<Integer> got = new ArrayList<>();
            pool.applyAsync(() -> 4, got::add).join();
            Loomlet.yield();
            assertThat(got).containsExactly(4);
          }
        });
  }

  @OnEveryEngine
  void runsAsManyAtOnceAsItHasThreadsAndGivesResultsInOrder(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AtomicInteger running = new AtomicInteger();
          AtomicInteger most = new AtomicInteger();
          List<Integer> items = IntStream.range(0, 12).boxed().toList();
          try (ThreadPool pool = new ThreadPool(3)) {
            Mapping<Integer, Integer> mapping =
                n -> {
                  most.accumulateAndGet(running.incrementAndGet(), Math::max);
                  Thread.sleep(1);
                  running.decrementAndGet();
                  return n;
                };

            // when / then
            assertThat(pool.map(mapping, items)).isEqualTo(items);
            assertThat(most.get()).isBetween(1, 3);
            try (Results<Integer> unordered = pool.imapUnordered(mapping, items, 2)) {
              assertThat(unordered.stream().toList()).containsExactlyInAnyOrderElementsOf(items);
            }
            pool.join();
            assertThat(pool.size()).isZero();
          }
        });
  }

  @OnEveryEngine
  void spawnWaitsForAThreadWhileApplyAsyncQueues(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ThreadPool pool = new ThreadPool(1)) {
            // given
            CountDownLatch release = new CountDownLatch(1);
            pool.execute(() -> awaitUninterruptibly(release));

            // when
            AsyncResult<Integer> queued = pool.applyAsync(() -> 1);
            Greenlet<AsyncResult<Integer>> spawner = spawn(() -> pool.spawn(() -> 2));
            Greenlet<?> cancelled = spawn(() -> pool.spawn(() -> 3));
            Loomlet.yield();
            cancelled.kill();

            // then
            assertThat(spawner.isDone()).isFalse();
            assertThat(cancelled.isCancelled()).isTrue();
            assertThat(pool.size()).isEqualTo(2);
            assertThat(pool.join(Duration.ofMillis(1))).isFalse();
            release.countDown();
            assertThat(queued.get()).isEqualTo(1);
            assertThat(spawner.get().get()).isEqualTo(2);
          }
        });
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @OnEveryEngine
  void workGoesOnWhenItsCallerIsCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ThreadPool pool = new ThreadPool(1)) {
            // given
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            AtomicBoolean interrupted = new AtomicBoolean();
            AtomicBoolean done = new AtomicBoolean();
            Greenlet<?> caller =
                spawn(
                    () ->
                        pool.apply(
                            () -> {
                              begun.countDown();
                              try {
                                release.await();
                              } catch (InterruptedException e) {
                                interrupted.set(true);
                              }
                              done.set(true);
                              return 1;
                            }));
            awaitOnLoop(begun);

            // when
            caller.kill();

            // then
            assertThat(caller.isCancelled()).isTrue();
            assertThat(pool.size()).isEqualTo(1);
            release.countDown();
            pool.join();
            assertThat(done).isTrue();
            assertThat(interrupted).isFalse();
          }
        });
  }

  private static void awaitOnLoop(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      sleep(1);
    }
  }

  @OnEveryEngine
  void cancellingAResultInterruptsItsWorkIfAskedTo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ThreadPool pool = new ThreadPool(1)) {
            // given
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            AsyncResult<Object> running =
                pool.spawn(
                    () -> {
                      begun.countDown();
                      try {
                        return new CountDownLatch(1).await(1, TimeUnit.DAYS);
                      } finally {
                        interrupted.countDown();
                      }
                    });
            awaitOnLoop(begun);

            // when
            assertThat(running.cancel(true)).isTrue();

            // then
            awaitOnLoop(interrupted);
            assertThat(running.isCancelled()).isTrue();
            assertThat(running.cancel(true)).isFalse();
            assertThat(pool.apply(() -> Thread.currentThread().isInterrupted())).isFalse();
          }
        });
  }

  @OnEveryEngine
  void workThatHasNotBegunIsTakenBack(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ThreadPool pool = new ThreadPool(1)) {
            // given
            CountDownLatch release = new CountDownLatch(1);
            pool.execute(() -> awaitUninterruptibly(release));
            AtomicBoolean ran = new AtomicBoolean();
            AsyncResult<Void> queued = runInExecutor(pool, Loop.callable(() -> ran.set(true)));

            // when
            queued.cancel(false);

            // then
            assertThat(pool.size()).isEqualTo(1);
            release.countDown();
            pool.join();
            assertThat(ran).isFalse();
          }
        });
  }

  @OnEveryEngine
  void killInterruptsAndDropsAndNothingIsTakenAfterwards(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          ThreadPool pool = new ThreadPool(1);
          CountDownLatch begun = new CountDownLatch(1);
          AsyncResult<?> running =
              pool.spawn(
                  () -> {
                    begun.countDown();
                    new CountDownLatch(1).await();
                  });
          AsyncResult<Integer> queued = pool.applyAsync(() -> 1);
          Greenlet<?> spawner = spawn(() -> pool.spawn(() -> 1));
          awaitOnLoop(begun);

          // when
          pool.kill();

          // then
          assertThatThrownBy(running::get).hasCauseInstanceOf(InterruptedException.class);
          assertThat(queued.isCancelled()).isTrue();
          assertThatThrownBy(spawner::get).hasCauseInstanceOf(RejectedExecutionException.class);
          assertThatThrownBy(() -> pool.spawn(() -> 1))
              .isInstanceOf(RejectedExecutionException.class)
              .hasMessageContaining("closed");
          assertThat(pool.size()).isZero();
          assertThat(pool.isClosed()).isTrue();
          assertThat(pool.kill(Duration.ZERO)).isTrue();
        });
  }

  @OnEveryEngine
  void closeWaitsForWhatThereIsAndKillsWhenCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          ThreadPool pool = new ThreadPool(1);
          AsyncResult<Integer> last = pool.applyAsync(() -> 1);
          pool.close();
          assertThat(last.value()).isEqualTo(1);
          ThreadPool other = new ThreadPool(1);
          AsyncResult<?> endless = other.spawn(() -> new CountDownLatch(1).await());
          Greenlet<?> closer = spawn(other::close);
          sleep(1);

          // when
          closer.kill();

          // then
          assertThat(closer.isCancelled()).isTrue();
          endless.join();
          assertThat(endless.isSuccessful()).isFalse();
        });
  }

  @OnEveryEngine
  void closingResultsDropsWhatHasNotBegun(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ThreadPool pool = new ThreadPool(1)) {
            // given
            CountDownLatch release = new CountDownLatch(1);
            List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
            Results<Integer> results =
                pool.imap(
                    n -> {
                      ran.add(n);
                      release.await();
                      return n;
                    },
                    () -> IntStream.iterate(0, n -> n + 1).iterator());
            while (ran.isEmpty()) {
              sleep(1);
            }

            // when
            results.close();
            release.countDown();

            // then
            Loomlet.joinOthers();
            pool.join();
            assertThat(ran).containsExactly(0);
          }
        });
  }

  @OnEveryEngine
  void runInExecutorUsesTheCommonPoolOrAnyExecutor(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          assertThat(runInExecutor(() -> Thread.currentThread().getName()).get())
              .startsWith("loomlet-worker-");
          assertThat(runInExecutor(Runnable::run, () -> "direct").get()).isEqualTo("direct");
          Exception error = new Exception("passed on");
          assertThatThrownBy(
                  () ->
                      runInExecutor(
                              () -> {
                                throw error;
                              })
                          .get())
              .isInstanceOf(ExecutionException.class)
              .hasCause(error);
        });
  }

  @OnEveryEngine
  void cancellationDoesNotGetPastAnySuspensionPoint(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          ThreadPool pool = new ThreadPool(1);
          CountDownLatch release = new CountDownLatch(1);
          pool.execute(() -> awaitUninterruptibly(release));
          List<Greenlet<?>> waiters =
              List.of(
                  spawn(() -> pool.spawn(() -> 1)),
                  spawn(() -> pool.apply(() -> 1)),
                  spawn(() -> pool.map(n -> n, List.of(1))),
                  spawn(() -> pool.join()),
                  spawn(() -> runInExecutor(pool, () -> 1).get()));
          Loomlet.yield();
          Loomlet.yield();

          // when
          Loomlet.killAll(waiters);

          // then
          assertThat(waiters).allMatch(Greenlet::isCancelled);
          release.countDown();
          pool.close();
          assertThat(pool.size()).isZero();
        });
  }

  @Test
  void worksOnAPlatformThread() throws Exception {
    try (ThreadPool pool = new ThreadPool(2)) {
      assertThat(pool.apply(() -> 3)).isEqualTo(3);
      assertThat(pool.spawn(() -> 4).get()).isEqualTo(4);
    }
  }

  @Test
  void refusesASizeBelowOne() {
    assertThatThrownBy(() -> new ThreadPool(0)).hasMessageContaining("at least 1");
  }
}
