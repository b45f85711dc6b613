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
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(60)
final class TimeoutTest {
  private static final Duration SOON = Duration.ofMillis(5);
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void throwsItselfOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Timeout timeout = Timeout.start(SOON);
          assertThat(timeout.isPending()).isTrue();

          // when
          Throwable thrown = catchThrowable(() -> sleep(FOR_EVER));

          // then
          assertThat(thrown).isSameAs(timeout).hasMessage("timed out after 0.005s");
          assertThat(timeout.isPending()).isFalse();
          sleep(1);
          timeout.close();
        });
  }

  @OnEveryEngine
  void isNotThrownAfterItWasClosed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: one that never fires, and one that has fired but was not thrown yet
          Timeout.start(SOON).close();
          Timeout due = Timeout.start(Duration.ZERO);

          // when
          due.close();
          due.close();

          // then
          sleep(10);
          Thread.sleep(1);
        });
  }

  @OnEveryEngine
  void throwsAnErrorOfChoice(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          IOException choice = new IOException("too slow");

          // when / then
          try (Timeout ignored = Timeout.start(SOON, choice)) {
            assertThatThrownBy(() -> sleep(FOR_EVER)).isSameAs(choice);
          }
        });
  }

  @OnEveryEngine
  void knowsItselfAmongNestedOnes(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Timeout outer = Timeout.start(SOON);
              Timeout inner = Timeout.start(FOR_EVER)) {
            // when
            Throwable thrown = catchThrowable(() -> sleep(FOR_EVER));

            // then
            assertThat(thrown).isSameAs(outer).isNotSameAs(inner);
          }
          try (Timeout outer = Timeout.start(FOR_EVER);
              Timeout inner = Timeout.start(SOON)) {
            assertThat(catchThrowable(() -> sleep(FOR_EVER))).isSameAs(inner);
            assertThat(outer.isPending()).isTrue();
          }
        });
  }

  @OnEveryEngine
  void throwsBothWhenBothAreDue(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Timeout first = Timeout.start(Duration.ZERO);
              Timeout second = Timeout.start(Duration.ZERO)) {
            assertThat(catchThrowable(Loomlet::yield)).isSameAs(first);
            assertThat(catchThrowable(Loomlet::yield)).isSameAs(second);
            Loomlet.yield();
          }
        });
  }

  @OnEveryEngine
  void isNotSwallowedByHandlersOfExceptions(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> careless =
              spawn(
                  () -> {
                    try (Timeout ignored = Timeout.start(SOON)) {
                      while (true) {
                        try {
                          sleep(FOR_EVER);
                        } catch (Exception e) {
                          // as code does that never wants to fail
                        }
                      }
                    }
                  });

          // when
          careless.linkException(any -> {});
          careless.join();

          // then
          assertThat(careless.exception()).isInstanceOf(Timeout.class);
        });
  }

  @OnEveryEngine
  void reachesCodeOfTheJdkAsAnInterrupt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Timeout ignored = Timeout.start(SOON)) {
            assertThatThrownBy(() -> Thread.sleep(FOR_EVER))
                .isInstanceOf(InterruptedException.class);
            sleep(1);
          }
        });
  }

  @OnEveryEngine
  void leavesAKillThatComesAtTheSameTime(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> victim =
              spawn(
                  () -> {
                    Timeout timeout = Timeout.start(Duration.ZERO);
                    try {
                      Loomlet.yield();
                    } catch (Timeout e) {
                      assertThat(e).isSameAs(timeout);
                    }
                    sleep(FOR_EVER);
                  });

          // when
          Loomlet.yield();
          victim.kill();

          // then
          assertThat(victim.isCancelled()).isTrue();
        });
  }

  @Test
  void refusesToInterruptAPlainThread() {
    assertThatThrownBy(() -> Timeout.start(SOON))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Loomlet.withTimeout");
  }
}
