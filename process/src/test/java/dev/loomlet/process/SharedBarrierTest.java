package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedBarrierTest {

  /** Each adds one before each meeting; so the sum is known after it. */
  private static void meet(SharedBarrier barrier, SharedLong arrivals, int parties, int meetings)
      throws Exception {
    for (int i = 1; i <= meetings; i++) {
      arrivals.incrementAndGet();
      barrier.await();
      if (arrivals.get() < (long) i * parties) {
        throw new AssertionError("through before all had arrived, in meeting " + i);
      }
      barrier.await();
    }
  }

  @OnTwoEngines
  void nobodyGoesOnBeforeAllHaveArrived(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int meetings = 300;
          try (SharedBarrier barrier = SharedBarrier.create(3);
              SharedLong arrivals = SharedLong.create(0);
              JavaProcess other = JavaProcess.start(() -> meet(barrier, arrivals, 3, meetings))) {
            Greenlet<?> one = Loomlet.spawn(() -> meet(barrier, arrivals, 3, meetings));
            Greenlet<?> two = Loomlet.spawn(() -> meet(barrier, arrivals, 3, meetings));
            one.get();
            two.get();
            other.join();
            assertThat(other.exitCode()).hasValue(0);
            assertThat(arrivals.get()).isEqualTo(3 * meetings);
            assertThat(barrier.isBroken()).isFalse();
          }
        });
  }

  @OnTwoEngines
  void aPartyThatIsKilledBreaksItForTheOthers(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedBarrier barrier = SharedBarrier.create(3);
              JavaProcess victim = JavaProcess.start(() -> barrier.await())) {
            // given
            while (barrier.waiting() < 1) {
              Loomlet.sleep(1);
            }
            Greenlet<?> other =
                Loomlet.spawn(
                    () ->
                        assertThatThrownBy(barrier::await)
                            .isInstanceOf(BrokenBarrierException.class));
            Loomlet.sleep(5);

            // when
            victim.kill();

            // then
            other.get();
            assertThat(barrier.isBroken()).isTrue();
            assertThatThrownBy(barrier::await)
                .isInstanceOf(BrokenBarrierException.class)
                .hasMessageContaining("reset()");
            barrier.reset();
            assertThat(barrier.isBroken()).isFalse();
            assertThat(barrier.waiting()).isZero();
          }
        });
  }

  @OnTwoEngines
  void aPartyThatIsCancelledBreaksIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedBarrier barrier = SharedBarrier.create(3)) {
            Greenlet<?> victim =
                Loomlet.spawn(() -> assertThatThrownBy(barrier::await).hasMessage("of choice"));
            Greenlet<?> other =
                Loomlet.spawn(
                    () ->
                        assertThatThrownBy(barrier::await)
                            .isInstanceOf(BrokenBarrierException.class));
            Loomlet.sleep(5);
            victim.kill(new java.io.IOException("of choice"));
            other.get();
          }
        });
  }

  @Test
  void aPartyThatRunsOutOfTimeBreaksIt() throws Exception {
    try (SharedBarrier barrier = SharedBarrier.create(2)) {
      assertThatThrownBy(() -> barrier.await(Duration.ofMillis(10)))
          .isInstanceOf(TimeoutException.class);
      assertThatThrownBy(barrier::await).isInstanceOf(BrokenBarrierException.class);
    }
  }

  @Test
  void resetSendsThoseWhoWaitAwayAndLetsOthersMeet() throws Exception {
    new TestLoop("auto")
        .run(
            () -> {
              try (SharedBarrier barrier = SharedBarrier.create(2)) {
                Greenlet<?> sent =
                    Loomlet.spawn(
                        () ->
                            assertThatThrownBy(barrier::await)
                                .isInstanceOf(BrokenBarrierException.class));
                Loomlet.sleep(5);
                barrier.reset();
                Greenlet<Integer> one = Loomlet.spawn(() -> barrier.await());
                assertThat(barrier.await() + one.get()).isEqualTo(1);
                sent.get();
              }
            });
  }

  @Test
  void oneAloneMeetsAtOnce() throws Exception {
    try (SharedBarrier barrier = SharedBarrier.create(1)) {
      assertThat(barrier.await()).isZero();
      assertThat(barrier.await(Duration.ZERO)).isZero();
    }
    assertThatThrownBy(() -> SharedBarrier.create(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
