package dev.loomlet;

import static dev.loomlet.Loomlet.moveOnAfter;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.Loomlet.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CancelScopeTest {
  private static final Duration SOON = Duration.ofMillis(5);
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void cutsCodeShortAtItsDeadlineAndGoesOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope().withDeadline(SOON);

          // when
          boolean ended = scope.run(() -> sleep(FOR_EVER));

          // then
          assertThat(ended).isFalse();
          assertThat(scope.isCaught()).isTrue();
          assertThat(scope.isCancelled()).isTrue();
          sleep(1);
        });
  }

  @OnEveryEngine
  void leavesCodeAloneThatEndsInTime(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope().withDeadline(FOR_EVER);

          // when
          String value = scope.call(() -> "done");

          // then
          assertThat(value).isEqualTo("done");
          assertThat(scope.isCaught()).isFalse();
          assertThat(scope.isCancelled()).isFalse();
          assertThat(scope.hasDeadline()).isFalse();
        });
  }

  @OnEveryEngine
  void throwsAgainAtEachWaitUntilItIsLeft(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope();
          Greenlet<?> ended = spawn(() -> {});
          ended.join();
          List<String> seen = new ArrayList<>();

          // when: the code swallows what it is thrown, also by operations that need not wait
          scope.run(
              () -> {
                scope.cancel();
                for (Action wait : List.<Action>of(() -> sleep(1), ended::join, Loomlet::yield)) {
                  try {
                    wait.run();
                    seen.add("went on");
                  } catch (Cancelled e) {
                    seen.add(e.origin().name());
                  }
                }
              });

          // then
          assertThat(seen).containsExactly("SCOPE", "SCOPE", "SCOPE");
          assertThat(scope.isCaught()).isFalse();
          sleep(1);
        });
  }

  @OnEveryEngine
  void isNotLeftEarlyByCodeThatNeverWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope();
          scope.cancel();

          // when
          String value = scope.call(() -> "done");

          // then
          assertThat(value).isEqualTo("done");
          assertThat(scope.isCaught()).isFalse();
          assertThat(scope.isCancelled()).isTrue();
          sleep(1);
        });
  }

  @OnEveryEngine
  void passesAnErrorOfTheCodeOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          IOException error = new IOException("broken");
          CancelScope scope = new CancelScope();

          // when / then
          assertThatThrownBy(
                  () ->
                      scope.run(
                          () -> {
                            scope.cancel();
                            throw error;
                          }))
              .isSameAs(error);
          sleep(1);
        });
  }

  @OnEveryEngine
  void endsOnlyItsOwnCodeWhenAnInnerOneIsCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope outer = new CancelScope().withDeadline(FOR_EVER);
          CancelScope inner = new CancelScope().withDeadline(SOON);
          List<String> order = new ArrayList<>();

          // when
          outer.run(
              () -> {
                inner.run(() -> sleep(FOR_EVER));
                order.add("after inner");
                sleep(1);
                order.add("end of outer");
              });

          // then
          assertThat(order).containsExactly("after inner", "end of outer");
          assertThat(inner.isCaught()).isTrue();
          assertThat(outer.isCaught()).isFalse();
        });
  }

  @OnEveryEngine
  void endsInnerOnesToo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope outer = new CancelScope().withDeadline(SOON);
          CancelScope inner = new CancelScope();
          List<String> order = new ArrayList<>();

          // when
          outer.run(
              () -> {
                inner.run(() -> sleep(FOR_EVER));
                order.add("after inner");
              });

          // then
          assertThat(order).isEmpty();
          assertThat(inner.isCaught()).isFalse();
          assertThat(outer.isCaught()).isTrue();
        });
  }

  @OnEveryEngine
  void goesToTheOuterOneWhenBothAreCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope outer = new CancelScope();
          CancelScope inner = new CancelScope();

          // when
          outer.run(
              () ->
                  inner.run(
                      () -> {
                        inner.cancel();
                        outer.cancel();
                        sleep(FOR_EVER);
                      }));

          // then
          assertThat(inner.isCaught()).isFalse();
          assertThat(outer.isCaught()).isTrue();
        });
  }

  @OnEveryEngine
  void staysOutOfAShieldedOneUntilThatIsLeft(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope outer = new CancelScope().withDeadline(SOON);
          List<String> order = new ArrayList<>();

          // when
          outer.run(
              () -> {
                try {
                  sleep(FOR_EVER);
                } finally {
                  new CancelScope()
                      .withShield(true)
                      .run(
                          () -> {
                            sleep(5);
                            Thread.sleep(5);
                            order.add("cleaned up");
                          });
                }
                order.add("not reached");
              });

          // then
          assertThat(order).containsExactly("cleaned up");
          assertThat(outer.isCaught()).isTrue();
        });
  }

  @OnEveryEngine
  void getsInWhenTheShieldIsTakenAway(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope outer = new CancelScope();
          CancelScope shielded = new CancelScope().withShield(true);
          Greenlet<Boolean> inside =
              spawn(() -> outer.run(() -> shielded.run(() -> sleep(FOR_EVER))));
          Loomlet.yield();
          outer.cancel();
          assertThat(inside.join(Duration.ofMillis(10))).isFalse();

          // when
          shielded.withShield(false);

          // then
          assertThat(inside.get()).isFalse();
          assertThat(outer.isCaught()).isTrue();
          assertThat(shielded.isCaught()).isFalse();
        });
  }

  @OnEveryEngine
  void limitsAShieldedCleanupByItsOwnDeadline(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope cleanup = new CancelScope().withShield(true).withDeadline(SOON);

          // when
          boolean done =
              moveOnAfter(
                  SOON,
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } finally {
                      cleanup.run(() -> sleep(FOR_EVER));
                    }
                  });

          // then
          assertThat(done).isFalse();
          assertThat(cleanup.isCaught()).isTrue();
        });
  }

  @OnEveryEngine
  void interruptsCodeOfTheJdkAndTakesTheInterruptBack(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope().withDeadline(SOON);

          // when
          boolean ended = scope.run(() -> new LinkedBlockingQueue<>().take());

          // then
          assertThat(ended).isFalse();
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          Thread.sleep(1);
          sleep(1);
        });
  }

  @OnEveryEngine
  void interruptsCodeOfTheJdkThatComesAfterTheCancellation(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope();

          // when
          boolean ended =
              scope.run(
                  () -> {
                    scope.cancel();
                    Thread.sleep(FOR_EVER);
                  });

          // then
          assertThat(ended).isFalse();
          Thread.sleep(1);
        });
  }

  @OnEveryEngine
  void leavesAForeignInterruptToTheCode(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope();
          Greenlet<Boolean> inside = spawn(() -> scope.run(() -> Thread.sleep(FOR_EVER)));
          Loomlet.yield();

          // when
          inside.thread().interrupt();

          // then
          inside.join();
          assertThat(inside.exception()).isInstanceOf(InterruptedException.class);
          assertThat(scope.isCaught()).isFalse();
        });
    assertThat(loop.uncaught()).hasSize(1);
  }

  @OnEveryEngine
  void takesNoKill(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope().withShield(true);
          Greenlet<Boolean> inside = spawn(() -> scope.run(() -> sleep(FOR_EVER)));
          Loomlet.yield();
          scope.cancel();

          // when
          inside.kill();

          // then
          assertThat(inside.isCancelled()).isTrue();
          assertThat(((Cancelled) inside.exception()).origin()).isEqualTo(Cancelled.Cause.KILL);
          assertThat(scope.isCaught()).isFalse();
        });
  }

  @OnEveryEngine
  void canBeCancelledFromAnotherThread(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope();
          Thread other = Thread.ofPlatform().unstarted(scope::cancel);

          // when
          boolean ended =
              scope.run(
                  () -> {
                    other.start();
                    sleep(FOR_EVER);
                  });

          // then
          assertThat(ended).isFalse();
        });
  }

  @OnEveryEngine
  void movesItsDeadline(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope().withDeadline(FOR_EVER);

          // when
          boolean ended =
              scope.run(
                  () -> {
                    scope.withDeadline(Duration.ofMillis(1));
                    scope.clearDeadline();
                    sleep(5);
                    assertThat(scope.hasDeadline()).isFalse();
                    scope.withDeadline(SOON);
                    sleep(FOR_EVER);
                  });

          // then
          assertThat(ended).isFalse();
        });
  }

  @OnEveryEngine
  void refusesToBeEnteredTwice(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope();
          scope.run(() -> {});

          // when / then
          assertThatThrownBy(() -> scope.run(() -> {}))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("entered once");
        });
  }

  @OnEveryEngine
  void limitsCodeByTimeAndSaysSo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // when / then
          assertThat(Loomlet.<String>withTimeout(FOR_EVER, () -> "value")).isEqualTo("value");
          assertThatThrownBy(
                  () -> withTimeout(Duration.ofMillis(1500 / 300), () -> sleep(FOR_EVER)))
              .isInstanceOf(TimeoutException.class)
              .hasMessage("not done within 0.005s");
          assertThatThrownBy(() -> withTimeout(Duration.ZERO, Loomlet::yield))
              .isInstanceOf(TimeoutException.class);
          long now = Loop.current().clock().nanoTime();
          assertThatThrownBy(
                  () ->
                      Loomlet.timeoutAt(
                          now + 1_000_000,
                          () -> {
                            sleep(FOR_EVER);
                            return "";
                          }))
              .isInstanceOf(TimeoutException.class);
        });
  }

  @OnEveryEngine
  void tellsNestedLimitsApart(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();

          // when: the outer limit is the shorter one
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          SOON,
                          () -> {
                            try {
                              withTimeout(FOR_EVER, () -> sleep(FOR_EVER));
                            } catch (TimeoutException e) {
                              order.add("taken for the inner one");
                            }
                          }))
              .isInstanceOf(TimeoutException.class);

          // when: the inner limit is the shorter one
          withTimeout(
              FOR_EVER,
              () -> {
                try {
                  withTimeout(SOON, () -> sleep(FOR_EVER));
                } catch (TimeoutException e) {
                  order.add("inner");
                }
              });

          // then
          assertThat(order).containsExactly("inner");
        });
  }

  @Test
  void runsTheHubOfAPlainThread() throws Exception {
    // when / then: the code becomes a greenlet of the thread's loop
    assertThatThrownBy(() -> withTimeout(SOON, () -> sleep(FOR_EVER)))
        .isInstanceOf(TimeoutException.class);
    assertThat(moveOnAfter(FOR_EVER, () -> sleep(1))).isTrue();
    Loop.currentOrNull().close(Duration.ZERO);
  }

  @OnEveryEngine
  void endsExactlyOneWayWhenTheDeadlineMeetsTheEnd(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: waits that end within a tick of the scope's deadline
          int rounds = Repeat.times(100);
          int atOnce = 100;
          int[] outcomes = new int[2];
          for (int round = 0; round < rounds; round++) {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < atOnce; i++) {
                    Duration limit = Duration.ofNanos(500_000 + (i % 10) * 20_000L);
                    // Most meet within a tick or two of the timers; some are certain to be too
                    // long.
                    long more = i / 10 == 9 ? 20_000_000 : (i / 10) * 20_000L;
                    Duration work = Duration.ofNanos(500_000 + more);
                    group.spawn(
                        () -> {
                          CancelScope scope = new CancelScope().withDeadline(limit);
                          boolean[] reached = new boolean[1];
                          boolean ended =
                              scope.run(
                                  () -> {
                                    sleep(work);
                                    reached[0] = true;
                                  });

                          // then: one outcome, and nothing of it is left behind
                          assertThat(ended).isEqualTo(reached[0]).isNotEqualTo(scope.isCaught());
                          assertThat(Thread.currentThread().isInterrupted()).isFalse();
                          Loomlet.yield();
                          outcomes[ended ? 1 : 0]++;
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
