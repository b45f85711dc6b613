package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.jdk.Mount;
import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.NativeFrame;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other threads do to a greenlet while its loop switches to and from it. */
@Timeout(120)
@Tag("alone")
final class MountTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  /** Something another thread does to a greenlet, again and again. */
  private interface Disturbance {
    void disturb(Thread greenlet) throws Exception;
  }

  /** Two greenlets that hand a result to and fro while another thread disturbs one of them. */
  private static void handToAndFro(TestLoop loop, int times, Disturbance disturbance)
      throws Exception {
    loop.run(
        () -> {
          // given
          AtomicBoolean over = new AtomicBoolean();
          AsyncResult<Void> disturbed = new AsyncResult<>();
          @SuppressWarnings({"unchecked", "rawtypes"})
          AsyncResult<Integer>[] results = new AsyncResult[2 * times];
          for (int i = 0; i < results.length; i++) {
            results[i] = new AsyncResult<>();
          }

          // when
          Greenlet<?> first =
              spawn(
                  () -> {
                    for (int i = 0; i < results.length; i += 2) {
                      results[i].set(i);
                      results[i + 1].join();
                    }
                  });
          Greenlet<?> second =
              spawn(
                  () -> {
                    for (int i = 0; i < results.length; i += 2) {
                      results[i].join();
                      results[i + 1].set(i);
                    }
                  });
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (!over.get()) {
                        disturbance.disturb(second.thread());
                      }
                      disturbed.set(null);
                    } catch (Throwable e) {
                      disturbed.setException(e);
                    }
                  });

          // then: neither is left behind
          assertThat(first.join(Duration.ofSeconds(60))).isTrue();
          assertThat(second.join(Duration.ofSeconds(60))).isTrue();
          over.set(true);
          disturbed.get();
        });
  }

  @OnEveryEngine
  void losesNoWakeUpToALookAtTheStack(TestLoop loop) throws Exception {
    handToAndFro(
        loop,
        Repeat.times(4_000),
        greenlet -> {
          for (StackTraceElement each : greenlet.getStackTrace()) {
            assertThat(each.getClassName()).isNotNull();
          }
        });
  }

  @OnEveryEngine
  void losesNoWakeUpToAnUnparkFromElsewhere(TestLoop loop) throws Exception {
    handToAndFro(loop, Repeat.times(20_000), LockSupport::unpark);
  }

  @OnEveryEngine
  void seesEveryInterruptAndLeavesNoneOnTheCarrier(TestLoop loop) throws Exception {
    Thread carrier = Thread.currentThread();
    loop.run(
        () -> {
          // given: a greenlet that waits and is interrupted by another thread, in step
          int times = Repeat.times(4_000);
          AsyncResult<Void> ready = new AsyncResult<>();
          Greenlet<Integer> victim =
              spawn(
                  () -> {
                    int seen = 0;
                    ready.set(null);
                    while (seen < times) {
                      try {
                        Loomlet.yield();
                        sleep(FOR_EVER);
                      } catch (Cancelled e) {
                        seen++;
                      }
                    }
                    return seen;
                  });
          ready.join();
          Thread interrupter =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        while (!victim.isDone()) {
                          if (!victim.thread().isInterrupted()) {
                            victim.thread().interrupt();
                          }
                        }
                      });

          // when: another greenlet is mounted in between
          Greenlet<?> bystander =
              spawn(
                  () -> {
                    while (!victim.isDone()) {
                      assertThat(Thread.currentThread().isInterrupted()).isFalse();
                      Loomlet.yield();
                    }
                  });

          // then
          assertThat(victim.get()).isEqualTo(times);
          bystander.get();
          interrupter.join();
        });
    assertThat(carrier.isInterrupted()).isFalse();
  }

  @OnEveryEngine
  void parksAndYieldsUnderANativeFrameByTakingTheCarrierAlong(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<String> value = new AsyncResult<>();
          Thread.ofPlatform().start(() -> value.set("value"));

          // when
          NativeFrame.under(
              () -> {
                Loomlet.yield();
                value.join();
              });

          // then
          assertThat(value.value()).isEqualTo("value");
          Loomlet.yield();
        });
  }

  /** Switches, waits, is interrupted and killed, with the mounting that the property says. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      Loomlet.run(
          () -> {
            Greenlet<?> killed = spawn(() -> sleep(FOR_EVER));
            Greenlet<?> interrupted = spawn(() -> Thread.sleep(FOR_EVER));
            Greenlet<String> slow =
                spawn(
                    () -> {
                      sleep(5);
                      return "slept";
                    });
            Loomlet.yield();
            killed.kill();
            interrupted.kill();
            System.out.println(
                "end " + slow.get() + killed.isCancelled() + interrupted.isCancelled());
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdk", "loomlet"})
  void canBeLeftToTheJdk(String who) throws Exception {
    // when
    try (ChildJvm child =
        ChildJvm.start(
            List.of(),
            List.of(
                "@" + ChildJvm.home().resolve("build/jvm.args"), "-D" + Mount.PROPERTY + "=" + who),
            Program.class)) {

      // then
      assertThat(child.lineAfter("end ")).isEqualTo("slepttruetrue");
    }
  }

  @Test
  void isInPlaceOnThisJdk() throws Exception {
    // when / then: otherwise the tests above test the JDK
    TestLoop.standard()
        .run(
            () -> {
              Greenlet<?> other = spawn(() -> sleep(FOR_EVER));
              Loomlet.yield();
              assertThat(other.thread().getStackTrace())
                  .extracting(StackTraceElement::getClassName)
                  .contains(Mount.class.getName());
            });
  }

  @OnEveryEngine
  void losesNoGrantFromElsewhereToAPermitThatIsThere(TestLoop loop) throws Exception {
    // given: a thread that grants each wait, a little earlier or later
    AtomicReference<Waiter> offered = new AtomicReference<>();
    AtomicBoolean over = new AtomicBoolean();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              while (!over.get()) {
                Waiter waiter = offered.getAndSet(null);
                if (waiter != null) {
                  waiter.grant();
                  waiter.wake();
                }
              }
            });
    loop.run(
        () -> {
          Random random = new Random(1);

          // when: the greenlet has its permit when it begins to wait
          for (int i = Repeat.times(60_000); i > 0; i--) {
            LockSupport.unpark(Thread.currentThread());
            Waiter waiter = new Waiter();
            offered.set(waiter);
            for (int delay = random.nextInt(200); delay > 0; delay--) {
              Thread.onSpinWait();
            }

            // then
            assertThat(waiter.await(this, Duration.ofSeconds(60).toNanos()))
                .isEqualTo(Waiter.Outcome.GRANTED);
          }
        });
    over.set(true);
  }
}
