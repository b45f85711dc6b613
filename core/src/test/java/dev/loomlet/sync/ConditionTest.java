package dev.loomlet.sync;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.sync.Waiting.FOR_EVER;
import static dev.loomlet.sync.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ConditionTest {
  private static List<FairLock> both() {
    return List.of(new Mutex(), new RLock());
  }

  private static Greenlet<?> waiter(FairLock lock, Condition condition, Runnable then) {
    int before = condition.waiting();
    Greenlet<?> waiter =
        spawn(
            () ->
                lock.run(
                    () -> {
                      condition.await();
                      assertThat(lock.isHeldByCurrentThread()).isTrue();
                      then.run();
                    }));
    until(() -> condition.waiting() == before + 1);
    return waiter;
  }

  @OnEveryEngine
  void signalsGoToThoseWhoHaveWaitedLongest(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            Condition condition = lock.newCondition();
            List<Integer> order = new ArrayList<>();
            List<Greenlet<?>> waiters = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
              int number = i;
              waiters.add(waiter(lock, condition, () -> order.add(number)));
            }

            // when / then
            lock.run(() -> condition.signal());
            waiters.get(0).join();
            assertThat(order).containsExactly(0);
            lock.run(() -> condition.signal(2));
            joinAll(waiters.subList(0, 3));
            assertThat(order).containsExactly(0, 1, 2);
            lock.run(() -> condition.signalAll());
            joinAll(waiters);
            assertThat(order).containsExactly(0, 1, 2, 3, 4, 5);
            lock.run(() -> condition.signal());
            assertThat(lock.isLocked()).isFalse();
          });
    }
  }

  @OnEveryEngine
  void theWaiterGoesOnOnlyWhenTheSignallerHasGivenTheLockUp(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            Condition condition = lock.newCondition();
            Greenlet<?> waiter = waiter(lock, condition, () -> {});

            // when
            lock.lock();
            condition.signal();
            until(() -> lock.waiting() == 1);

            // then
            assertThat(waiter.isDone()).isFalse();
            lock.unlock();
            waiter.get();
          });
    }
  }

  @OnEveryEngine
  void aReentrantLockIsGivenUpAndTakenBackInFull(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          RLock lock = new RLock();
          Condition condition = lock.newCondition();
          Greenlet<Integer> waiter =
              spawn(
                  () -> {
                    lock.lock();
                    lock.lock();
                    lock.lock();
                    condition.await();
                    return lock.holdCount();
                  });
          until(() -> condition.waiting() == 1);

          // when
          lock.run(condition::signal);

          // then
          assertThat(waiter.get()).isEqualTo(3);
        });
  }

  @OnEveryEngine
  void isForTheOwnerOfTheLock(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            Condition condition = lock.newCondition();
            assertThatThrownBy(condition::await).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(condition::awaitUninterruptibly)
                .isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(() -> condition.waitFor(() -> true))
                .isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(condition::signal).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(condition::signalAll)
                .isInstanceOf(IllegalMonitorStateException.class);
            lock.lock();
            assertThatIllegalArgumentException().isThrownBy(() -> condition.signal(-1));
            lock.unlock();
          });
    }
  }

  @OnEveryEngine
  void timesAreLimitedInEachOfTheWays(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            Condition condition = lock.newCondition();
            lock.lock();
            assertThat(condition.await(Duration.ofMillis(2))).isFalse();
            assertThat(condition.await(Duration.ZERO)).isFalse();
            assertThat(condition.await(2, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(condition.awaitNanos(2_000_000)).isNotPositive();
            assertThat(condition.awaitUntil(new Date(System.currentTimeMillis() + 2))).isFalse();
            assertThat(condition.awaitUntil(new Date(0))).isFalse();
            assertThat(condition.waitFor(() -> false, Duration.ofMillis(2))).isFalse();
            assertThat(condition.waitFor(() -> true, Duration.ZERO)).isTrue();
            assertThat(lock.isHeldByCurrentThread()).isTrue();
            assertThat(condition.waiting()).isZero();
            lock.unlock();
          });
    }
  }

  @OnEveryEngine
  void aSignalInTimeIsTold(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            Condition condition = lock.newCondition();
            Greenlet<Boolean> byDuration = spawn(() -> lock.call(() -> condition.await(FOR_EVER)));
            Greenlet<Boolean> byUnit =
                spawn(() -> lock.call(() -> condition.await(1, TimeUnit.DAYS)));
            Greenlet<Long> byNanos =
                spawn(() -> lock.call(() -> condition.awaitNanos(FOR_EVER.toNanos())));
            Greenlet<Boolean> byDate =
                spawn(() -> lock.call(() -> condition.awaitUntil(new Date(Long.MAX_VALUE))));
            until(() -> condition.waiting() == 4);

            // when
            lock.run(condition::signalAll);

            // then
            assertThat(byDuration.get()).isTrue();
            assertThat(byUnit.get()).isTrue();
            assertThat(byNanos.get()).isPositive().isLessThan(FOR_EVER.toNanos());
            assertThat(byDate.get()).isTrue();
          });
    }
  }

  @OnEveryEngine
  void waitForAsksAgainAfterEachSignal(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Mutex lock = new Mutex();
          Condition changed = lock.newCondition();
          int[] level = {0};
          Greenlet<?> first = spawn(() -> lock.run(() -> changed.waitFor(() -> level[0] >= 3)));
          Greenlet<Boolean> second =
              spawn(() -> lock.call(() -> changed.waitFor(() -> level[0] >= 2, FOR_EVER)));

          // when / then
          for (int i = 1; i <= 3; i++) {
            until(() -> changed.waiting() == (second.isDone() ? 1 : 2));
            assertThat(first.isDone()).isFalse();
            lock.run(
                () -> {
                  level[0]++;
                  changed.signalAll();
                });
            if (i == 2) {
              assertThat(second.get()).isTrue();
            }
          }
          first.get();
        });
  }

  @OnEveryEngine
  void aCancelledWaiterTakesTheLockBackBeforeItGoesOn(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            Condition condition = lock.newCondition();
            boolean[] held = {false};
            Greenlet<?> waiter =
                spawn(
                    () -> {
                      lock.lock();
                      try {
                        condition.await();
                      } finally {
                        held[0] = lock.isHeldByCurrentThread();
                        lock.unlock();
                      }
                    });
            until(() -> condition.waiting() == 1);

            // when: it is killed twice while somebody else has the lock
            lock.lock();
            waiter.cancel(true);
            until(() -> lock.waiting() == 1);
            waiter.cancel(true);
            waiter.thread().interrupt();
            sleep(2);
            assertThat(waiter.isDone()).isFalse();
            lock.unlock();

            // then
            waiter.join();
            assertThat(waiter.exception()).isInstanceOf(Cancelled.class);
            assertThat(held[0]).isTrue();
            assertThat(lock.isLocked()).isFalse();
          });
    }
  }

  @OnEveryEngine
  void aSignalThatWasReceivedOutlivesACancellation(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            Condition condition = lock.newCondition();
            List<String> seen = new ArrayList<>();
            Greenlet<?> signalled =
                spawn(
                    () ->
                        lock.run(
                            () -> {
                              condition.await();
                              seen.add("signal");
                              sleep(0);
                              seen.add("never");
                            }));
            until(() -> condition.waiting() == 1);
            Greenlet<?> next = waiter(lock, condition, () -> seen.add("next"));

            // when: the signal first, then the kill, before it has run
            lock.run(condition::signal);
            signalled.kill();

            // then: the wait has succeeded, the next checkpoint throws, and nobody else woke
            assertThat(seen).containsExactly("signal");
            assertThat(signalled.isCancelled()).isTrue();
            assertThat(next.isDone()).isFalse();
            lock.run(condition::signal);
            next.get();
          });
    }
  }

  @OnEveryEngine
  void aWaiterThatWasCancelledFirstLeavesTheSignalToTheNext(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            Condition condition = lock.newCondition();
            Greenlet<?> cancelled = waiter(lock, condition, () -> {});
            Greenlet<?> next = waiter(lock, condition, () -> {});

            // when: cancelled, and a signal when it has gone
            cancelled.kill();
            lock.run(condition::signal);

            // then
            next.get();
          });
    }
  }

  @OnEveryEngine
  void awaitUninterruptiblyIsDeafUntilTheSignal(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            Condition condition = lock.newCondition();
            List<String> seen = new ArrayList<>();
            Greenlet<?> waiter =
                spawn(
                    () -> {
                      lock.lock();
                      condition.awaitUninterruptibly();
                      seen.add("signal");
                      lock.unlock();
                      Loomlet.yield();
                    });
            until(() -> condition.waiting() == 1);

            // when
            waiter.cancel(true);
            waiter.thread().interrupt();
            assertThat(waiter.join(Duration.ofMillis(2))).isFalse();
            lock.run(condition::signal);
            waiter.join();

            // then
            assertThat(seen).containsExactly("signal");
            assertThat(waiter.isCancelled()).isTrue();
          });
    }
  }

  @OnEveryEngine
  void aBoundedBufferWorksOverLoopsAndThreads(TestLoop test) throws Exception {
    for (FairLock lock : both()) {
      try (LoopGroup group = LoopGroup.start(2, test.options())) {
        // given
        Condition notFull = lock.newCondition();
        Condition notEmpty = lock.newCondition();
        ArrayDeque<Integer> buffer = new ArrayDeque<>();
        int count = 300;
        long[] sum = {0};

        // when
        Greenlet<?> producer =
            group
                .loop(0)
                .spawn(
                    () -> {
                      for (int i = 1; i <= 2 * count; i++) {
                        int item = i;
                        lock.run(
                            () -> {
                              notFull.waitFor(() -> buffer.size() < 3);
                              buffer.add(item);
                              notEmpty.signal();
                            });
                      }
                    });
        Runnable consumer =
            () -> {
              for (int i = 0; i < count; i++) {
                lock.lock();
                try {
                  notEmpty.waitFor(() -> !buffer.isEmpty());
                  sum[0] += buffer.remove();
                  notFull.signal();
                } finally {
                  lock.unlock();
                }
              }
            };
        Greenlet<?> one = group.loop(1).spawn(consumer::run);
        Thread platform = Thread.ofPlatform().start(consumer);
        joinAll(producer, one);
        platform.join();

        // then
        assertThat(sum[0]).isEqualTo(count * (2L * count + 1));
        assertThat(buffer).isEmpty();
      }
    }
  }
}
