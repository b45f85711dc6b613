package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedConditionTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Takes turns with another: waits until the number has the parity, and adds one. */
  private static void takeTurns(
      SharedLock lock, SharedCondition changed, SharedLong turn, int parity, int times) {
    for (int i = 0; i < times; i++) {
      lock.lock();
      try {
        changed.waitFor(() -> turn.get() % 2 == parity);
        turn.incrementAndGet();
        changed.signal();
      } finally {
        lock.unlock();
      }
    }
  }

  @OnTwoEngines
  void twoProcessesTakeTurns(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int times = 2_000;
          try (SharedLock lock = SharedLock.create();
              SharedCondition changed = lock.newCondition();
              SharedLong turn = SharedLong.create(0);
              JavaProcess other =
                  JavaProcess.start(() -> takeTurns(lock, changed, turn, 1, times))) {
            takeTurns(lock, changed, turn, 0, times);
            other.join();
            assertThat(other.exitCode()).hasValue(0);
            assertThat(turn.get()).isEqualTo(2 * times);
          }
        });
  }

  private static void awaitSignal(SharedReentrantLock lock, SharedCondition condition)
      throws InterruptedException {
    lock.lock();
    try {
      condition.await();
    } finally {
      lock.unlock();
    }
  }

  @OnTwoEngines
  void aSignalGoesToTheOneWhoHasWaitedLongestAndSignalAllToAll(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedReentrantLock lock = SharedReentrantLock.create();
              SharedCondition condition = lock.newCondition()) {
            // given
            List<Integer> woken = new ArrayList<>();
            List<Greenlet<?>> waiters = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
              int number = i;
              waiters.add(
                  Loomlet.spawn(
                      () -> {
                        lock.lock();
                        lock.lock();
                        condition.await();
                        woken.add(number);
                        assertThat(lock.holdCount()).isEqualTo(2);
                        lock.unlock();
                        lock.unlock();
                      }));
              Loomlet.sleep(2);
            }

            // when
            lock.lock();
            condition.signal();
            lock.unlock();
            waiters.get(0).get();
            lock.lock();
            condition.signal(1);
            lock.unlock();
            waiters.get(1).get();

            // then
            assertThat(woken).containsExactly(0, 1);
            lock.lock();
            condition.signalAll();
            lock.unlock();
            waiters.get(2).get();
            waiters.get(3).get();
          }
        });
  }

  @OnTwoEngines
  void aWaiterThatIsKilledSwallowsNoSignal(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedReentrantLock lock = SharedReentrantLock.create();
              SharedCondition condition = lock.newCondition();
              SharedLong waiting = SharedLong.create(0);
              JavaProcess victim =
                  JavaProcess.start(
                      () -> {
                        lock.lock();
                        waiting.set(1);
                        condition.await();
                      })) {
            // given: the victim has waited longer
            while (waiting.get() == 0) {
              Loomlet.sleep(1);
            }
            lock.lock();
            lock.unlock();
            Greenlet<?> second = Loomlet.spawn(() -> awaitSignal(lock, condition));
            Loomlet.sleep(5);

            // when
            victim.close();
            lock.lock();
            condition.signal();
            lock.unlock();

            // then
            second.get();
          }
        });
  }

  @OnTwoEngines
  void aWaiterThatIsKilledAfterItsSignalSwallowsNone(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedReentrantLock lock = SharedReentrantLock.create();
              SharedCondition condition = lock.newCondition();
              SharedEvent waiting = SharedEvent.create();
              JavaProcess victim =
                  JavaProcess.start(
                      () -> {
                        lock.lock();
                        waiting.set();
                        condition.await();
                      })) {
            // given: the victim has waited longer
            waiting.await();
            lock.lock();
            lock.unlock();
            Greenlet<?> second = Loomlet.spawn(() -> awaitSignal(lock, condition));
            Loomlet.sleep(5);

            // when: it has its signal, but cannot have the lock
            lock.lock();
            condition.signal();
            victim.close();
            lock.unlock();

            // then
            second.get();
          }
        });
  }

  @OnTwoEngines
  void aWaiterThatIsCancelledAfterItsSignalPassesItOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedReentrantLock lock = SharedReentrantLock.create();
              SharedCondition condition = lock.newCondition()) {
            // given
            AtomicBoolean cancelled = new AtomicBoolean();
            Greenlet<?> first =
                Loomlet.spawn(
                    () -> {
                      try {
                        awaitSignal(lock, condition);
                      } catch (Cancelled e) {
                        cancelled.set(true);
                        throw e;
                      }
                    });
            Loomlet.sleep(5);
            Greenlet<?> second = Loomlet.spawn(() -> awaitSignal(lock, condition));
            Loomlet.sleep(5);

            // when: before the first one can run
            lock.lock();
            condition.signal();
            lock.unlock();
            first.kill();

            // then
            second.get();
            assertThat(cancelled).isTrue();
          }
        });
  }

  @OnTwoEngines
  void whoIsKilledByAnErrorOfChoiceHasTheLockWhenItIsThrown(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedLock lock = SharedLock.create();
              SharedCondition condition = lock.newCondition();
              SharedEvent held = SharedEvent.create();
              JavaProcess other =
                  JavaProcess.start(
                      () -> {
                        held.await();
                        lock.lock();
                        held.clear();
                        Thread.sleep(100);
                        lock.unlock();
                      })) {
            // given
            Greenlet<Boolean> waiter =
                Loomlet.spawn(
                    () -> {
                      lock.lock();
                      assertThatThrownBy(condition::await)
                          .isInstanceOf(java.io.IOException.class)
                          .hasMessage("of choice");
                      boolean hasLock = lock.isHeldByCurrentThread();
                      lock.unlock();
                      return hasLock;
                    });
            Loomlet.sleep(5);
            held.set();
            while (held.isSet()) {
              Loomlet.sleep(1);
            }

            // when: another process has the lock
            waiter.kill(new java.io.IOException("of choice"));

            // then
            assertThat(waiter.get()).isTrue();
            other.join();
          }
        });
  }

  @Test
  void aTimeLimitEndsTheWaitWithTheLockHeld() throws Exception {
    try (SharedLock lock = SharedLock.create();
        SharedCondition condition = lock.newCondition()) {
      lock.lock();
      assertThat(condition.await(Duration.ofMillis(10))).isFalse();
      assertThat(condition.await(Duration.ZERO)).isFalse();
      assertThat(condition.awaitNanos(1)).isLessThanOrEqualTo(0);
      assertThat(condition.waitFor(() -> false, Duration.ofMillis(10))).isFalse();
      assertThat(condition.waitFor(() -> true, Duration.ZERO)).isTrue();
      assertThat(lock.isHeldByCurrentThread()).isTrue();
      lock.unlock();
    }
  }

  @Test
  void isForTheHolderOfItsLock() throws Exception {
    try (SharedLock lock = SharedLock.create();
        SharedCondition condition = lock.newCondition()) {
      assertThatThrownBy(() -> condition.await(LONG))
          .isInstanceOf(IllegalMonitorStateException.class);
      assertThatThrownBy(condition::signal).isInstanceOf(IllegalMonitorStateException.class);
    }
  }

  @Test
  void whoWaitsHearsThatTheHolderDied() throws Exception {
    new TestLoop("auto")
        .run(
            () -> {
              try (SharedLock lock = SharedLock.create();
                  SharedCondition condition = lock.newCondition();
                  SharedEvent signalled = SharedEvent.create()) {
                Greenlet<?> waiter =
                    Loomlet.spawn(
                        () -> {
                          lock.lock();
                          assertThatThrownBy(condition::await)
                              .isInstanceOf(OwnerDiedException.class);
                          assertThat(lock.isHeldByCurrentThread()).isTrue();
                          lock.unlock();
                        });
                Loomlet.sleep(5);
                try (JavaProcess signaller =
                    JavaProcess.start(
                        () -> {
                          lock.lock();
                          condition.signal();
                          signalled.set();
                          new CountDownLatch(1).await();
                        })) {
                  signalled.await();
                  signaller.kill();
                  waiter.get();
                }
              }
            });
  }
}
