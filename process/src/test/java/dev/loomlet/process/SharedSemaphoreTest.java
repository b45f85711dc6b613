package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedSemaphoreTest {

  /** Counts how many are inside, and the most there ever were. */
  private static void visit(SharedSemaphore places, SharedLong inside, SharedLong most, int times) {
    for (int i = 0; i < times; i++) {
      places.acquire();
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      Thread.onSpinWait();
      inside.decrementAndGet();
      places.release();
    }
  }

  private static void neverMoreInsideThanPermits(TestLoop loop, SharedSemaphore places)
      throws Exception {
    loop.run(
        () -> {
          int times = 5_000;
          try (SharedLong inside = SharedLong.create(0);
              SharedLong most = SharedLong.create(0);
              JavaProcess one = JavaProcess.start(() -> visit(places, inside, most, times));
              JavaProcess two = JavaProcess.start(() -> visit(places, inside, most, times))) {
            Greenlet<?> three = Loomlet.spawn(() -> visit(places, inside, most, times));
            Greenlet<?> four = Loomlet.spawn(() -> visit(places, inside, most, times));
            three.get();
            four.get();
            one.join();
            two.join();
            assertThat(one.exitCode()).hasValue(0);
            assertThat(two.exitCode()).hasValue(0);
            assertThat(most.get()).isBetween(1L, 2L);
            assertThat(places.availablePermits()).isEqualTo(2);
          }
        });
  }

  @OnTwoEngines
  void letsNoMoreInThanItHasPermits(TestLoop loop) throws Exception {
    try (SharedSemaphore places = SharedSemaphore.create(2)) {
      neverMoreInsideThanPermits(loop, places);
    }
  }

  @OnTwoEngines
  void letsNoMoreInThanItHasPermitsIfBounded(TestLoop loop) throws Exception {
    try (SharedSemaphore places = SharedBoundedSemaphore.create(2)) {
      neverMoreInsideThanPermits(loop, places);
    }
  }

  @OnTwoEngines
  void aReleaseOfAnotherProcessEndsAWait(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedSemaphore told = SharedSemaphore.create(0);
              JavaProcess other = JavaProcess.start(() -> told.release(3))) {
            List<Greenlet<?>> waiters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
              waiters.add(Loomlet.spawn(() -> told.acquire()));
            }
            for (Greenlet<?> each : waiters) {
              each.get();
            }
            assertThat(told.tryAcquire()).isFalse();
            assertThat(told.tryAcquire(Duration.ofMillis(10))).isFalse();
            other.join();
          }
        });
  }

  @OnTwoEngines
  void aCancelledWaiterHasTakenNone(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedSemaphore semaphore = SharedSemaphore.create(0)) {
            Greenlet<?> waiter = Loomlet.spawn(() -> semaphore.acquire());
            Greenlet<?> next = Loomlet.spawn(() -> semaphore.acquire());
            Loomlet.sleep(5);
            waiter.kill();
            semaphore.release();
            next.get();
            assertThat(semaphore.availablePermits()).isZero();
          }
        });
  }

  @OnTwoEngines
  void permitsOfAProcessThatWasKilledAreThereAgainIfBounded(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedBoundedSemaphore places = SharedBoundedSemaphore.create(2);
              SharedEvent taken = SharedEvent.create();
              JavaProcess holder =
                  JavaProcess.start(
                      () -> {
                        places.acquire();
                        places.acquire();
                        taken.set();
                        new CountDownLatch(1).await();
                      })) {
            // given
            taken.await();
            assertThat(places.tryAcquire()).isFalse();
            Greenlet<?> waiter = Loomlet.spawn(() -> places.acquire());
            Loomlet.sleep(5);
            assertThat(waiter.isDone()).isFalse();

            // when
            holder.kill();

            // then
            waiter.get();
            assertThat(places.tryAcquire()).isTrue();
            assertThat(places.tryAcquire()).isFalse();
            places.release(2);
            assertThat(places.availablePermits()).isEqualTo(2);
          }
        });
  }

  @Test
  void whoReleasesABoundedOneNeedNotBeWhoAcquired() throws Exception {
    try (SharedBoundedSemaphore places = SharedBoundedSemaphore.create(1)) {
      places.acquire();
      try (JavaProcess other = JavaProcess.start(() -> places.release())) {
        other.join();
        assertThat(other.exitCode()).hasValue(0);
      }
      assertThat(places.tryAcquire()).isTrue();
    }
  }

  @Test
  void refusesOneReleaseTooManyIfBounded() throws Exception {
    try (SharedBoundedSemaphore places = SharedBoundedSemaphore.create(2)) {
      places.acquire();
      assertThatThrownBy(() -> places.release(2))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("more than 2 permits");
      places.release();
      assertThatThrownBy(places::release).isInstanceOf(IllegalStateException.class);
    }
    try (SharedSemaphore semaphore = SharedSemaphore.create(Integer.MAX_VALUE)) {
      assertThatThrownBy(semaphore::release).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refusesNumbersThatMakeNoSense() {
    assertThatThrownBy(() -> SharedSemaphore.create(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SharedBoundedSemaphore.create(0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
