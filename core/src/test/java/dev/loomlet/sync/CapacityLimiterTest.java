package dev.loomlet.sync;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.sync.Waiting.FOR_EVER;
import static dev.loomlet.sync.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CapacityLimiterTest {

  @OnEveryEngine
  void lendsATokenToEachBorrowerInTheOrderOfComing(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CapacityLimiter limiter = new CapacityLimiter(1);
          List<Integer> order = new ArrayList<>();
          limiter.acquire();
          List<Greenlet<?>> waiters = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            int number = i;
            waiters.add(spawn(() -> limiter.run(() -> order.add(number))));
          }
          until(() -> limiter.statistics().waiting() == 3);

          // when: given back, and wanted again at once
          limiter.release();
          assertThat(limiter.tryAcquire()).isFalse();
          assertThat(limiter.tryAcquire(Duration.ZERO)).isFalse();
          joinAll(waiters);

          // then
          assertThat(order).containsExactly(0, 1, 2);
          assertThat(limiter.availableTokens()).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void refusesABorrowerWhoHasATokenOrWaitsForOne(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CapacityLimiter limiter = new CapacityLimiter(2);
          limiter.acquire();

          // when / then
          assertThatIllegalStateException()
              .isThrownBy(limiter::acquire)
              .withMessageContaining("has a token already");
          assertThatIllegalStateException().isThrownBy(limiter::tryAcquire);
          assertThatIllegalStateException().isThrownBy(() -> limiter.tryAcquire(FOR_EVER));
          Object guest = "guest";
          limiter.acquireOnBehalfOf(guest);
          Object late = "late";
          Greenlet<?> waiter = spawn(() -> limiter.acquireOnBehalfOf(late));
          until(() -> limiter.statistics().waiting() == 1);
          assertThatIllegalStateException()
              .isThrownBy(() -> limiter.acquireOnBehalfOf(late))
              .withMessageContaining("late waits for a token already");
          limiter.releaseOnBehalfOf(guest);
          waiter.get();
          assertThat(limiter.borrowedTokens()).isEqualTo(2);
        });
  }

  @OnEveryEngine
  void refusesATokenFromOneWhoHasNone(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          CapacityLimiter limiter = new CapacityLimiter(1);
          assertThatIllegalStateException()
              .isThrownBy(limiter::release)
              .withMessageContaining("no token to give back");
          limiter.acquireOnBehalfOf("a");
          Object waiting = new Object();
          Greenlet<?> waiter = spawn(() -> limiter.acquireOnBehalfOf(waiting));
          until(() -> limiter.statistics().waiting() == 1);
          assertThatIllegalStateException().isThrownBy(() -> limiter.releaseOnBehalfOf(waiting));
          limiter.releaseOnBehalfOf("a");
          waiter.get();
          assertThat(limiter.statistics().borrowers()).containsExactly(waiting);
        });
  }

  @OnEveryEngine
  void aBorrowerWhoGaveUpMayTryAgain(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          CapacityLimiter limiter = new CapacityLimiter(0);
          assertThat(limiter.tryAcquire(Duration.ofMillis(1))).isFalse();
          assertThat(limiter.tryAcquireOnBehalfOf("a", Duration.ofMillis(1))).isFalse();
          assertThat(limiter.tryAcquireOnBehalfOf("a")).isFalse();
          limiter.setTotalTokens(1);
          assertThat(limiter.tryAcquire(FOR_EVER)).isTrue();
          limiter.release();
        });
  }

  @OnEveryEngine
  void canBeMadeLargerAndSmaller(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CapacityLimiter limiter = new CapacityLimiter(0);
          List<Greenlet<?>> waiters = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            Object borrower = i;
            waiters.add(spawn(() -> limiter.acquireOnBehalfOf(borrower)));
          }
          until(() -> limiter.statistics().waiting() == 4);

          // when / then
          limiter.setTotalTokens(3);
          joinAll(waiters.subList(0, 3));
          assertThat(limiter.statistics())
              .isEqualTo(new CapacityLimiter.Statistics(3, 3, limiter.statistics().borrowers(), 1));
          assertThat(limiter.statistics().borrowers()).containsExactlyInAnyOrder(0, 1, 2);
          limiter.setTotalTokens(1);
          assertThat(limiter.totalTokens()).isEqualTo(1);
          assertThat(limiter.availableTokens()).isEqualTo(-2);
          limiter.releaseOnBehalfOf(0);
          limiter.releaseOnBehalfOf(1);
          assertThat(waiters.get(3).isDone()).isFalse();
          limiter.releaseOnBehalfOf(2);
          waiters.get(3).join();
          assertThat(limiter).hasToString("CapacityLimiter[1 of 1 borrowed, 0 waiting]");
        });
  }

  @OnEveryEngine
  void goesBetweenLoopsAndPlainThreads(TestLoop test) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, test.options())) {
      CapacityLimiter limiter = new CapacityLimiter(1);
      limiter.acquire();
      Greenlet<?> zero = group.loop(0).spawn(() -> limiter.run(() -> {}));
      Greenlet<?> one = group.loop(1).spawn(() -> limiter.run(() -> {}));
      Thread platform = Thread.ofPlatform().start(() -> limiter.hold().close());
      Thread virtual = Thread.ofVirtual().start(() -> limiter.hold().close());
      until(() -> limiter.statistics().waiting() == 4);
      limiter.release();
      joinAll(zero, one);
      platform.join();
      virtual.join();
      assertThat(limiter.availableTokens()).isEqualTo(1);
    }
  }

  @Test
  void refusesNumbersThatMakeNoSense() {
    assertThatIllegalArgumentException().isThrownBy(() -> new CapacityLimiter(-1));
    CapacityLimiter limiter = new CapacityLimiter(1);
    assertThatIllegalArgumentException().isThrownBy(() -> limiter.setTotalTokens(-1));
    assertThat(limiter.totalTokens()).isEqualTo(1);
  }
}
