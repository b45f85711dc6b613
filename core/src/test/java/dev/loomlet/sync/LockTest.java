package dev.loomlet.sync;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.sync.Waiting.FOR_EVER;
import static dev.loomlet.sync.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@link Mutex} and {@link RLock} have in common, and what they have not. */
@Timeout(60)
final class LockTest {
  private static List<FairLock> both() {
    return List.of(new Mutex("m"), new RLock("r"));
  }

  /** Takes a lock in a greenlet and keeps it until it is told to give it back. */
  private static Event holdElsewhere(FairLock lock) {
    Event enough = new Event();
    spawn(() -> lock.run(() -> enough.await()));
    until(lock::isLocked);
    return enough;
  }

  @OnEveryEngine
  void isHandedOverInTheOrderOfComing(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            List<Integer> order = new ArrayList<>();
            Event enough = holdElsewhere(lock);
            List<Greenlet<?>> waiters = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
              int number = i;
              waiters.add(spawn(() -> lock.run(() -> order.add(number))));
              until(() -> lock.waiting() == number + 1);
            }

            // when
            enough.set();
            joinAll(waiters);

            // then
            assertThat(order).containsExactly(0, 1, 2, 3, 4);
            assertThat(lock.isLocked()).isFalse();
            assertThat(lock.owner()).isNull();
          });
    }
  }

  @OnEveryEngine
  void aNewcomerDoesNotOvertake(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            // given
            lock.lock();
            Greenlet<?> waiter = spawn(() -> lock.run(() -> {}));
            until(() -> lock.waiting() == 1);

            // when
            lock.unlock();

            // then: it is the waiter's already, though that has not run yet
            assertThat(lock.tryLock()).isFalse();
            assertThat(lock.owner()).isSameAs(waiter.thread());
            waiter.join();
            assertThat(lock.tryLock()).isTrue();
            lock.unlock();
          });
    }
  }

  @OnEveryEngine
  void knowsItsOwner(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            assertThat(lock.owner()).isNull();
            assertThat(lock.isHeldByCurrentThread()).isFalse();
            lock.lock();
            assertThat(lock.owner()).isSameAs(Thread.currentThread());
            assertThat(lock.isHeldByCurrentThread()).isTrue();
            Greenlet<?> other =
                spawn(
                    () -> {
                      assertThat(lock.isHeldByCurrentThread()).isFalse();
                      assertThatThrownBy(lock::unlock)
                          .isInstanceOf(IllegalMonitorStateException.class)
                          .hasMessageContaining("not the caller's");
                    });
            other.get();
            lock.unlock();
            assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
          });
    }
  }

  @OnEveryEngine
  void givesUpWhenTheTimeIsOver(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            Event enough = holdElsewhere(lock);
            assertThat(lock.tryLock()).isFalse();
            assertThat(lock.tryLock(Duration.ofMillis(2))).isFalse();
            assertThat(lock.tryLock(2, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(lock.tryLock(-1, TimeUnit.DAYS)).isFalse();
            assertThat(lock.waiting()).isZero();
            enough.set();
            assertThat(lock.tryLock(FOR_EVER)).isTrue();
            lock.unlock();
            assertThat(lock.tryLock(1, TimeUnit.DAYS)).isTrue();
            lock.unlock();
            assertThat(lock.isLocked()).isFalse();
          });
    }
  }

  @OnEveryEngine
  void isFreeAfterTheOnlyOneInLineGaveUp(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            lock.lock();
            Greenlet<?> impatient = spawn(() -> lock.lock());
            until(() -> lock.waiting() == 1);
            impatient.kill();
            lock.unlock();
            assertThat(lock.isLocked()).isFalse();
            assertThat(lock.tryLock()).isTrue();
            lock.unlock();
          });
    }
  }

  @OnEveryEngine
  void aMutexIsNotTakenTwice(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Mutex mutex = new Mutex("till");
          mutex.lock();
          assertThatIllegalStateException()
              .isThrownBy(mutex::lock)
              .withMessageContaining("till")
              .withMessageContaining("RLock");
          assertThatIllegalStateException().isThrownBy(mutex::lockInterruptibly);
          assertThatIllegalStateException().isThrownBy(() -> mutex.tryLock(FOR_EVER));
          assertThat(mutex.tryLock()).isFalse();
          assertThat(mutex.tryLock(Duration.ZERO)).isFalse();
          mutex.unlock();
          assertThat(mutex.isLocked()).isFalse();
        });
  }

  @OnEveryEngine
  void anRLockIsGivenBackAsOftenAsItWasTaken(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          RLock lock = new RLock();
          lock.lock();
          lock.lockInterruptibly();
          assertThat(lock.tryLock()).isTrue();
          assertThat(lock.tryLock(Duration.ZERO)).isTrue();
          assertThat(lock.tryLock(1, TimeUnit.SECONDS)).isTrue();
          assertThat(lock.holdCount()).isEqualTo(5);
          Greenlet<Integer> other = spawn(() -> lock.call(lock::holdCount));
          until(() -> lock.waiting() == 1);

          // when / then
          for (int i = 1; i <= 4; i++) {
            lock.unlock();
            assertThat(lock.isHeldByCurrentThread()).isTrue();
          }
          lock.unlock();
          assertThat(lock.holdCount()).isZero();
          assertThat(other.get()).isEqualTo(1);
          assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
        });
  }

  @OnEveryEngine
  void goesBetweenLoopsAndPlainThreads(TestLoop test) throws Exception {
    for (FairLock lock : both()) {
      try (LoopGroup group = LoopGroup.start(2, test.options())) {
        int[] passed = {0};
        lock.lock();
        Greenlet<?> zero = group.loop(0).spawn(() -> lock.run(() -> passed[0]++));
        Greenlet<?> one = group.loop(1).spawn(() -> lock.run(() -> passed[0]++));
        Thread platform = Thread.ofPlatform().start(() -> lockAndCount(lock, passed));
        Thread virtual = Thread.ofVirtual().start(() -> lockAndCount(lock, passed));
        until(() -> lock.waiting() == 4);
        lock.unlock();
        joinAll(zero, one);
        platform.join();
        virtual.join();
        assertThat(passed[0]).isEqualTo(4);
        assertThat(lock.isLocked()).isFalse();
      }
    }
  }

  private static void lockAndCount(FairLock lock, int[] counter) {
    lock.lock();
    counter[0]++;
    lock.unlock();
  }

  @OnEveryEngine
  void isGivenBackHoweverTheBlockEnds(TestLoop loop) throws Exception {
    for (FairLock lock : both()) {
      loop.run(
          () -> {
            try (Held held = lock.hold()) {
              assertThat(lock.isHeldByCurrentThread()).isTrue();
              assertThat(held).isNotNull();
            }
            assertThat(lock.isLocked()).isFalse();
            assertThatThrownBy(
                    () ->
                        lock.run(
                            () -> {
                              throw new AssertionError("inside");
                            }))
                .hasMessage("inside");
            assertThat(lock.isLocked()).isFalse();
            assertThat(lock.call(() -> "value")).isEqualTo("value");
          });
    }
  }

  @Test
  void isNamedInMessages() throws Exception {
    Mutex mutex = new Mutex("till");
    assertThat(mutex).hasToString("Mutex[till, free, 0 waiting]");
    Thread clerk =
        Thread.ofPlatform()
            .name("clerk")
            .start(
                () -> {
                  mutex.lock();
                  assertThat(mutex).hasToString("Mutex[till, held by clerk, 0 waiting]");
                  mutex.unlock();
                });
    clerk.join();
    assertThat(new RLock()).hasToString("RLock[free, 0 waiting]");
  }
}
