package dev.loomlet;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.Loomlet.spawnLater;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GreenletTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void givesItsValueToEveryoneWhoWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<String> worker =
              spawn(
                  () -> {
                    sleep(5);
                    return "value";
                  });
          Greenlet<String> first = spawn(() -> worker.get());
          Greenlet<String> second = spawn(() -> worker.get(10, TimeUnit.SECONDS));

          // when / then
          assertThat(worker.isDone()).isFalse();
          assertThat(worker.value()).isNull();
          assertThat(first.get()).isEqualTo("value");
          assertThat(second.get()).isEqualTo("value");
          assertThat(worker.value()).isEqualTo("value");
          assertThat(worker.isSuccessful()).isTrue();
          assertThat(worker.state()).isEqualTo(Future.State.SUCCESS);
          assertThat(worker.resultNow()).isEqualTo("value");
        });
  }

  @OnEveryEngine
  void passesItsErrorOnWithoutReportingItWhenSomebodyWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Exception error = new IllegalArgumentException("bad");
          Greenlet<Object> failing =
              spawn(
                  () -> {
                    throw error;
                  });

          // when / then
          assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class).hasCause(error);
          assertThat(failing.exception()).isSameAs(error);
          assertThat(failing.isSuccessful()).isFalse();
          assertThat(failing.state()).isEqualTo(Future.State.FAILED);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void reportsAnErrorThatNobodyWaitsForExactlyOnce(TestLoop loop) throws Exception {
    // given
    Exception error = new IllegalArgumentException("bad");

    // when
    loop.run(
        () -> {
          Greenlet<Object> failing =
              spawn(
                  () -> {
                    throw error;
                  });
          failing.join();
          assertThatThrownBy(failing::get).hasCause(error);
        });

    // then
    assertThat(loop.uncaught()).containsExactly(error);
  }

  @OnEveryEngine
  void givesUpWaitingAfterTheTimeOut(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> endless = spawn(() -> sleep(FOR_EVER));

          // when / then
          assertThat(endless.join(Duration.ofMillis(10))).isFalse();
          assertThat(endless.join(Duration.ZERO)).isFalse();
          assertThatThrownBy(() -> endless.get(10, TimeUnit.MILLISECONDS))
              .isInstanceOf(TimeoutException.class)
              .hasMessageContaining(endless.name());
          assertThat(joinAll(Duration.ofMillis(10), List.of(endless))).isFalse();
        });
  }

  @OnEveryEngine
  void remembersNobodyWhoGaveUpWaiting(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: several that wait for one at the same time, and give up again and again
          Greenlet<?> endless = spawn(() -> sleep(FOR_EVER));
          List<Greenlet<?>> impatient = new ArrayList<>();
          for (int i = 1; i <= 5; i++) {
            Duration patience = Duration.ofMillis(i);
            impatient.add(
                spawn(
                    () -> {
                      for (int round = 0; round < 10; round++) {
                        endless.join(patience);
                      }
                    }));
          }

          // when
          joinAll(impatient);

          // then
          assertThat(endless.listenerCount()).isZero();
        });
  }

  @OnEveryEngine
  void keepsNoOtherGreenletAliveOnceItHasEnded(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: one that ends while an older one lives, which then ends too
          Greenlet<?> older = spawn(() -> sleep(5));
          Greenlet<?> kept = spawn(() -> 1);
          kept.join();
          older.join();

          // then
          assertThat((Object) kept.older).isSameAs(kept);
          assertThat((Object) kept.newer).isNull();
        });
  }

  @OnEveryEngine
  void endsAtItsWaitWhenCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AtomicBoolean caughtAsException = new AtomicBoolean();
          AtomicBoolean cleanedUp = new AtomicBoolean();
          Greenlet<?> victim =
              spawn(
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } catch (Exception e) {
                      caughtAsException.set(true);
                    } finally {
                      cleanedUp.set(true);
                    }
                  });
          Loomlet.yield();

          // when
          boolean asked = victim.cancel(true);
          victim.join();

          // then
          assertThat(asked).isTrue();
          assertThat(caughtAsException).isFalse();
          assertThat(cleanedUp).isTrue();
          assertThat(victim.isCancelled()).isTrue();
          assertThat(victim.exception()).isInstanceOf(Cancelled.class);
          assertThatThrownBy(victim::get).isInstanceOf(CancellationException.class);
          assertThat(victim.cancel(true)).isFalse();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void countsAnInterruptedJdkWaitAsCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> victim = spawn(() -> Thread.sleep(FOR_EVER));
          Loomlet.yield();

          // when
          victim.cancel(true);
          victim.join();

          // then
          assertThat(victim.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void neverRunsWhenCancelledBeforeItsStart(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AtomicBoolean ran = new AtomicBoolean();
          Greenlet<?> early = spawn(() -> ran.set(true));
          Greenlet<?> later = spawnLater(FOR_EVER, () -> ran.set(true));

          // when
          early.cancel(true);
          later.cancel(true);
          joinAll(early, later);

          // then
          assertThat(ran).isFalse();
          assertThat(early.isCancelled()).isTrue();
          assertThat(later.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void isLeftAloneByACancelThatMayNotInterrupt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Greenlet<Integer> worker = spawn(() -> 7);
          assertThat(worker.cancel(false)).isFalse();
          assertThat(worker.get()).isEqualTo(7);
        });
  }

  @OnEveryEngine
  void startsLaterAfterTheDelay(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          long start = System.nanoTime();

          // when
          Greenlet<Long> later = spawnLater(Duration.ofMillis(30), System::nanoTime);

          // then
          assertThat(Duration.ofNanos(later.get() - start)).isGreaterThan(Duration.ofMillis(30));
        });
  }

  @OnEveryEngine
  void sleepsNeverTooShort(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (int micros = 1; micros < 3_000; micros += 97) {
            Duration time = Duration.ofNanos(micros * 1_000L);
            long start = System.nanoTime();
            sleep(time);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(time);
          }
        });
  }

  @OnEveryEngine
  void knowsItselfByNameAndThread(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<String> named = spawn("worker", () -> Thread.currentThread().getName());
          Greenlet<Greenlet<?>> anonymous = spawn(() -> Greenlet.current());

          // when / then
          assertThat(named.get()).isEqualTo("worker");
          assertThat(named.name()).isEqualTo("worker");
          assertThat((Object) anonymous.get()).isSameAs(anonymous);
          assertThat(anonymous.name()).startsWith("greenlet-");
          assertThat(anonymous.thread().isVirtual()).isTrue();
          assertThat(Greenlet.current().name()).isEqualTo("main");
        });
  }

  @OnEveryEngine
  void findsItselfAlsoAfterItsUncaughtHandlerWasReplaced(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Greenlet<Greenlet<?>> greenlet =
              spawn(
                  () -> {
                    Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
                    return Greenlet.current();
                  });
          assertThat((Object) greenlet.get()).isSameAs(greenlet);
        });
  }

  @OnEveryEngine
  void refusesToWaitForItself(TestLoop loop) throws Exception {
    loop.run(
        () ->
            assertThatThrownBy(() -> Greenlet.current().join())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("its own end"));
  }

  @Test
  void isNobodyOutsideGreenlets() {
    assertThat(Greenlet.current()).isNull();
  }

  @OnEveryEngine
  void joinAllWaitsForAllOfMany(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Integer> ended = new ArrayList<>();
          List<Greenlet<?>> all = new ArrayList<>();
          for (int i = 0; i < 100; i++) {
            int number = i;
            all.add(
                spawn(
                    () -> {
                      sleep((100 - number) / 10);
                      ended.add(number);
                    }));
          }

          // when
          joinAll(all);

          // then
          assertThat(ended).hasSize(100);
        });
  }
}
