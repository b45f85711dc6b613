package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Coroutines in greenlets, and on threads with a loop and without. */
@Timeout(60)
@Tag("alone")
final class CoroutineOnLoopsTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final List<@Nullable Object> log = Collections.synchronizedList(new ArrayList<>());

  private static @Nullable Object toParent(@Nullable Object value) {
    return parent().switchTo(value);
  }

  private static Coroutine parent() {
    return Objects.requireNonNull(Coroutine.current().parent());
  }

  /** Runs code on a thread of its own, and throws what it throws. */
  private static void onOtherThread(Action code) throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread.ofPlatform()
        .name("other")
        .start(
            () -> {
              try {
                code.run();
              } catch (Throwable e) {
                failure.set(e);
              }
            })
        .join();
    Throwable failed = failure.get();
    if (failed != null) {
      throw Thrown.unchecked(failed);
    }
  }

  @Test
  void cannotBeSwitchedToFromAnotherThread() throws Exception {
    // given
    Coroutine root = Coroutine.current();
    Coroutine started = Coroutine.of(() -> toParent(null));
    Coroutine unstarted = Coroutine.of(() -> {});
    started.switchTo();

    // when / then
    for (Coroutine each : List.of(root, started, unstarted)) {
      onOtherThread(
          () -> {
            assertThat(Coroutine.current()).isNotSameAs(root);
            for (Action step :
                List.<Action>of(each::switchTo, each::kill, () -> each.setParent(started))) {
              assertThatIllegalStateException()
                  .isThrownBy(step::run)
                  .withMessageContaining("belongs to the thread that created it");
            }
          });
    }
    started.switchTo();
    assertThat(started.isDead()).isTrue();
  }

  @OnEveryEngine
  void letsOtherGreenletsGoOnWhileItWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AtomicInteger ticks = new AtomicInteger();
          Greenlet<?> other =
              spawn(
                  () -> {
                    while (true) {
                      sleep(5);
                      ticks.incrementAndGet();
                    }
                  });
          Coroutine coroutine =
              Coroutine.of(
                  () -> {
                    sleep(50);
                    toParent("one");
                    sleep(50);
                  });

          // when / then
          assertThat(coroutine.switchTo()).isEqualTo("one");
          assertThat(coroutine.switchTo()).isNull();
          assertThat(ticks.get()).isGreaterThan(5);
          other.cancel(true);
        });
  }

  @OnEveryEngine
  void isApartFromTheCoroutinesOfOtherGreenlets(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Greenlet<Object>> greenlets = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            int number = i;
            greenlets.add(
                spawn(
                    () -> {
                      Coroutine doubler =
                          Coroutine.of(
                              value -> {
                                while (true) {
                                  Loomlet.yield();
                                  value = toParent((Integer) Objects.requireNonNull(value) * 2);
                                }
                              });
                      Object value = number;
                      for (int round = 0; round < 5; round++) {
                        value = doubler.switchTo(value);
                        Loomlet.yield();
                      }
                      return Objects.requireNonNull(value);
                    }));
          }

          // when / then
          for (int i = 0; i < 20; i++) {
            assertThat(greenlets.get(i).get()).isEqualTo(32 * i);
          }
        });
  }

  @OnEveryEngine
  void isCancelledWhereItWaitsAndLeavesThatToItsParent(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> greenlet =
              spawn(
                  () -> {
                    Coroutine coroutine =
                        Coroutine.of(
                            () -> {
                              try {
                                sleep(FOR_EVER);
                              } finally {
                                log.add("coroutine");
                              }
                            });
                    try {
                      coroutine.switchTo();
                    } finally {
                      log.add("root");
                    }
                  });
          Loomlet.yield();

          // when
          greenlet.cancel(true);
          greenlet.join();

          // then
          assertThat(greenlet.isCancelled()).isTrue();
          assertThat(log).containsExactly("coroutine", "root");
        });
  }

  @OnEveryEngine
  void doesNotSwitchOutOfAScopeThatItHasEntered(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Coroutine root = Coroutine.current();
          Coroutine coroutine =
              Coroutine.of(
                  () -> {
                    new CancelScope()
                        .run(
                            () ->
                                assertThatIllegalStateException()
                                    .isThrownBy(root::switchTo)
                                    .withMessageContaining("inside of a cancel scope"));
                    root.switchTo("outside");
                  });

          // when / then
          new CancelScope().run(() -> log.add(coroutine.switchTo()));
          assertThat(log).containsExactly("outside");
          coroutine.switchTo();
          assertThat(coroutine.isDead()).isTrue();
        });
  }

  @Test
  void waitsOnAPlatformThreadByRunningItsLoop() throws Exception {
    onOtherThread(
        () -> {
          // given
          spawn(() -> log.add("greenlet"));
          Coroutine coroutine =
              Coroutine.of(
                  () -> {
                    sleep(10);
                    toParent("one");
                    sleep(10);
                  });

          // when / then
          assertThat(coroutine.switchTo()).isEqualTo("one");
          coroutine.switchTo();
          assertThat(coroutine.isDead()).isTrue();
          Loop.current().close(Duration.ZERO);
        });
    assertThat(log).containsExactly("greenlet");
  }
}
