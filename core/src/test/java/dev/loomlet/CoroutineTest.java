package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.NativeFrame;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CoroutineTest {
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

  // Switching

  @Test
  void goesOnOnlyWhenSomebodySwitchesToIt() {
    // given
    Coroutine[] pair = new Coroutine[2];
    pair[0] =
        Coroutine.of(
            () -> {
              log.add(1);
              pair[1].switchTo();
              log.add(3);
              pair[1].switchTo();
            });
    pair[1] =
        Coroutine.of(
            () -> {
              log.add(2);
              pair[0].switchTo();
              log.add(4);
            });
    assertThat(log).isEmpty();

    // when
    pair[0].switchTo();

    // then
    assertThat(log).containsExactly(1, 2, 3, 4);
    assertThat(pair[1].isDead()).isTrue();
    assertThat(pair[0].isActive()).as("waits in its second switch").isTrue();
  }

  @Test
  void passesValuesBothWays() {
    // given
    Coroutine coroutine =
        Coroutine.of(
            first -> {
              log.add(first);
              log.add(toParent("b"));
              log.add(toParent(null));
              return "result";
            });

    // when / then
    assertThat(coroutine.switchTo("a")).isEqualTo("b");
    assertThat(coroutine.switchTo("c")).isNull();
    assertThat(coroutine.switchTo(null)).isEqualTo("result");
    assertThat(log).containsExactly("a", "c", null);
  }

  @Test
  void goesThroughTheStatesOfItsLife() {
    // given
    Coroutine coroutine = Coroutine.of(() -> toParent(null));

    // when / then
    assertThat(List.of(coroutine.isStarted(), coroutine.isActive(), coroutine.isDead()))
        .containsExactly(false, false, false);
    assertThat(coroutine).hasToString("Coroutine[new]");
    coroutine.switchTo();
    assertThat(List.of(coroutine.isStarted(), coroutine.isActive(), coroutine.isDead()))
        .containsExactly(true, true, false);
    assertThat(coroutine).hasToString("Coroutine[waiting]");
    coroutine.switchTo();
    assertThat(List.of(coroutine.isStarted(), coroutine.isActive(), coroutine.isDead()))
        .containsExactly(true, false, true);
    assertThat(coroutine).hasToString("Coroutine[dead]");
  }

  @Test
  void knowsWhichOneIsCurrent() {
    // given
    Coroutine root = Coroutine.current();
    Coroutine coroutine = Coroutine.of(() -> log.add(Coroutine.current()));

    // when
    coroutine.switchTo();

    // then
    assertThat(log).containsExactly(coroutine);
    assertThat(Coroutine.current()).isSameAs(root);
    assertThat(root.parent()).isNull();
    assertThat(root.isActive()).isTrue();
    assertThat(coroutine.parent()).isSameAs(root);
  }

  @Test
  void getsItsOwnValueBackWhenItSwitchesToItself() {
    // when / then
    assertThat(Coroutine.current().switchTo("me")).isEqualTo("me");
    assertThat(Coroutine.of(_ -> Coroutine.current().switchTo("me too")).switchTo())
        .isEqualTo("me too");
    assertThatThrownBy(() -> Coroutine.current().throwInto(new IOException("mine")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void returnsThroughACoroutineThatOthersHaveSwitchedPast() {
    // given: one that switches to another, which goes straight to the root
    Coroutine root = Coroutine.current();
    Coroutine second = Coroutine.of(() -> log.add(root.switchTo("from second")));
    Coroutine first = Coroutine.of(() -> log.add(second.switchTo()));

    // when / then
    assertThat(first.switchTo()).isEqualTo("from second");
    assertThat(first.switchTo("to first")).isNull();
    assertThat(second.switchTo("to second")).isNull();
    assertThat(log).containsExactly("to first", "to second");
  }

  @Test
  void runsInARingOfMany() {
    // given
    int size = 1000;
    int rounds = 20;
    List<Coroutine> ring = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int next = (i + 1) % size;
      ring.add(
          Coroutine.of(
              token -> {
                for (int round = 0; round < rounds; round++) {
                  token = ring.get(next).switchTo((Integer) Objects.requireNonNull(token) + 1);
                }
                return token;
              }));
    }

    // when / then
    assertThat(ring.getFirst().switchTo(0)).isEqualTo(size * rounds);
  }

  // Ends

  @Test
  void switchesToTheParentWhenItIsDead() {
    // given
    Coroutine dead = Coroutine.of(() -> {});
    dead.switchTo();
    Coroutine grandchild = Coroutine.of(() -> {});
    grandchild.setParent(dead);
    grandchild.switchTo();

    // when / then
    assertThat(dead.switchTo("back")).isEqualTo("back");
    assertThat(grandchild.switchTo("back")).isEqualTo("back");
  }

  @Test
  void startsTheParentWithItsResultWhenThatHasNotStarted() {
    // given
    Coroutine parent = Coroutine.of(first -> first + " and more");
    Coroutine child = Coroutine.of(_ -> "result");
    child.setParent(parent);

    // when / then
    assertThat(child.switchTo()).isEqualTo("result and more");
  }

  @Test
  void throwsAnErrorOnInTheParentAsItIs() {
    // given
    IOException error = new IOException();
    Coroutine middle =
        Coroutine.of(
            () -> {
              Coroutine child =
                  Coroutine.of(
                      () -> {
                        throw error;
                      });
              try {
                child.switchTo();
              } catch (Exception e) {
                log.add(e);
                throw e;
              }
            });

    // when / then
    assertThatThrownBy(middle::switchTo).isSameAs(error);
    assertThat(log).containsExactly(error);
    assertThat(middle.isDead()).isTrue();
  }

  @Test
  void takesAnErrorWhereItWaits() {
    // given
    IOException error = new IOException();
    Coroutine catching =
        Coroutine.of(
            () -> {
              try {
                toParent("ready");
              } catch (Exception e) {
                toParent(e);
              }
            });
    assertThat(catching.switchTo()).isEqualTo("ready");

    // when / then
    assertThat(catching.throwInto(error)).isSameAs(error);
    assertThatThrownBy(() -> catching.throwInto(error)).isSameAs(error);
    assertThat(catching.isDead()).isTrue();
    assertThatThrownBy(() -> catching.throwInto(error)).as("when it is dead").isSameAs(error);
  }

  @Test
  void diesOfAnErrorBeforeItsStartAndLeavesItToItsParents() {
    // given
    IOException error = new IOException();
    Coroutine catching =
        Coroutine.of(
            () -> {
              try {
                toParent("ready");
              } catch (Exception e) {
                log.add(e);
              }
            });
    catching.switchTo();
    Coroutine parent = Coroutine.of(() -> log.add("parent runs"));
    parent.setParent(catching);
    Coroutine child = Coroutine.of(() -> log.add("child runs"));
    child.setParent(parent);

    // when
    child.throwInto(error);

    // then
    assertThat(log).containsExactly(error);
    assertThat(child.isDead()).isTrue();
    assertThat(parent.isDead()).isTrue();
    assertThat(catching.isDead()).isTrue();
  }

  @Test
  void endsQuietlyWhenItIsKilled() {
    // given
    Coroutine waiting =
        Coroutine.of(
            () -> {
              try {
                toParent(null);
              } catch (Exception e) {
                log.add("swallowed");
              } finally {
                log.add("finally");
              }
            });
    Coroutine unstarted = Coroutine.of(() -> log.add("runs"));
    waiting.switchTo();

    // when / then
    assertThat(waiting.kill()).isInstanceOf(CoroutineExit.class);
    assertThat(waiting.kill()).as("when it is dead").isInstanceOf(CoroutineExit.class);
    assertThat(unstarted.kill()).isInstanceOf(CoroutineExit.class);
    assertThat(log).containsExactly("finally");
    assertThat(waiting.isDead()).isTrue();
    assertThat(unstarted.isDead()).isTrue();
  }

  @Test
  void canSurviveBeingKilled() {
    // given
    Coroutine stubborn =
        Coroutine.of(
            () -> {
              try {
                toParent(null);
              } catch (CoroutineExit e) {
                toParent("still here");
              }
            });
    stubborn.switchTo();

    // when / then
    assertThat(stubborn.kill()).isEqualTo("still here");
    assertThat(stubborn.isActive()).isTrue();
  }

  // Parents

  @Test
  void leavesItsResultToTheParentThatItHasInTheEnd() {
    // given
    Coroutine adopter = Coroutine.of(() -> log.add(toParent("waits")));
    Coroutine child = Coroutine.of(_ -> "result");
    adopter.switchTo();

    // when
    child.setParent(adopter);
    child.switchTo();

    // then
    assertThat(child.parent()).isSameAs(adopter);
    assertThat(log).containsExactly("result");
  }

  @Test
  void refusesParentsThatCannotBe() throws Exception {
    // given
    Coroutine parent = Coroutine.of(() -> {});
    Coroutine child = Coroutine.of(() -> {});
    child.setParent(parent);
    AtomicReference<Coroutine> foreign = new AtomicReference<>();
    onOtherThread(() -> foreign.set(Coroutine.of(() -> {})));

    // when / then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parent.setParent(child))
        .withMessageContaining("its own ancestor");
    assertThatIllegalArgumentException().isThrownBy(() -> parent.setParent(parent));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> child.setParent(foreign.get()))
        .withMessageContaining("another thread");
    assertThatIllegalStateException()
        .isThrownBy(() -> Coroutine.current().setParent(child))
        .withMessageContaining("root");
    assertThat(child.parent()).isSameAs(parent);
  }

  // Threads

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

  // Together with generators

  @Test
  void switchesInTheMiddleOfAGenerator() {
    // given
    Coroutine root = Coroutine.current();
    Generator<Object> generator =
        Generator.of(
            out -> {
              out.yield("one");
              out.yield(String.valueOf(root.switchTo("out of the generator")));
              out.yield("three");
            });
    Coroutine coroutine = Coroutine.of(() -> generator.forEachRemaining(log::add));

    // when / then
    assertThat(coroutine.switchTo()).isEqualTo("out of the generator");
    assertThat(log).containsExactly("one");
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessageContaining("already executing");
    assertThat(coroutine.switchTo("two")).isNull();
    assertThat(log).containsExactly("one", "two", "three");
  }

  @Test
  void isSwitchedToByTheBodyOfAGenerator() {
    // given
    Coroutine counter =
        Coroutine.of(
            () -> {
              for (int i = 1; ; i++) {
                Coroutine.current().parent().switchTo(i);
              }
            });
    Generator<Object> generator =
        Generator.of(
            out -> {
              while (true) {
                out.yield(Objects.requireNonNull(counter.switchTo()));
              }
            });

    // when / then
    assertThat(generator.stream().limit(3).toList()).containsExactly(1, 2, 3);
    assertThat(counter.switchTo()).as("by the root itself").isEqualTo(4);
    assertThat(generator.next()).isEqualTo(5);
  }

  @Test
  void nestsDeeplyWithGenerators() {
    // when / then
    assertThat(nested(30)).isEqualTo(30);
  }

  /** A generator in a coroutine in a generator in a coroutine …, each of which pauses. */
  private static int nested(int depth) {
    if (depth == 0) {
      return 0;
    }
    Coroutine coroutine =
        Coroutine.of(
            () -> {
              Generator<Integer> generator =
                  Generator.of(
                      out -> {
                        parent().switchTo();
                        out.yield(nested(depth - 1));
                        out.yield(1);
                      });
              int sum = 0;
              for (int each : generator) {
                sum += each;
                parent().switchTo();
              }
              parent().switchTo(sum);
            });
    coroutine.switchTo();
    coroutine.switchTo();
    coroutine.switchTo();
    return (Integer) Objects.requireNonNull(coroutine.switchTo());
  }

  // What belongs to the stack, and what to the thread

  @Test
  void saysWhatToDoWhenItCannotSwitchUnderANativeFrame() {
    // given
    Coroutine root = Coroutine.current();
    Generator<Integer> inGenerator =
        Generator.of(
            out -> {
              assertThatIllegalStateException()
                  .isThrownBy(root::switchTo)
                  .withMessageContaining("cannot switch here");
              out.yield(7);
            });
    Coroutine coroutine =
        Coroutine.of(
            () -> {
              NativeFrame.under(
                  () -> {
                    log.add(inGenerator.next());
                    assertThatIllegalStateException()
                        .isThrownBy(root::switchTo)
                        .withMessageContaining("cannot switch here")
                        .withMessageContaining("call from outside of it");
                  });
              log.add(toParent("works"));
            });

    // when / then
    assertThat(coroutine.switchTo()).isEqualTo("works");
    coroutine.switchTo("goes on");
    assertThat(log).containsExactly(7, "goes on");
  }

  @Test
  void leavesMonitorsWithTheThread() {
    // given
    Object outer = new Object();
    Object inner = new Object();
    Coroutine coroutine =
        Coroutine.of(
            () -> {
              synchronized (inner) {
                log.add(Thread.holdsLock(outer));
                toParent(null);
                log.add(Thread.holdsLock(outer));
                log.add(Thread.holdsLock(inner));
              }
            });

    // when / then
    synchronized (outer) {
      coroutine.switchTo();
      assertThat(Thread.holdsLock(outer)).isTrue();
      assertThat(Thread.holdsLock(inner)).isTrue();
    }
    coroutine.switchTo();
    assertThat(log).containsExactly(true, false, true);
    assertThat(Thread.holdsLock(inner)).isFalse();
  }

  @Test
  void leavesScopedValuesWithTheStackThatBoundThem() {
    // given
    ScopedValue<String> value = ScopedValue.newInstance();
    Coroutine coroutine =
        Coroutine.of(
            () -> {
              log.add(value.orElse("none"));
              ScopedValue.where(value, "inner").run(() -> toParent(null));
              log.add(value.orElse("none"));
            });

    // when
    ScopedValue.where(value, "outer").run(coroutine::switchTo);
    String between = value.orElse("none");
    coroutine.switchTo();

    // then
    assertThat(between).isEqualTo("none");
    assertThat(log).containsExactly("outer", "outer");
  }

  @Test
  void isCollectedTogetherWithWhatItsBodyHoldsWhenItIsAbandoned() {
    // given
    List<WeakReference<?>> references = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] held = new byte[1000];
      Coroutine coroutine =
          Coroutine.of(
              () -> {
                toParent(null);
                log.add(held);
              });
      coroutine.switchTo();
      references.add(new WeakReference<>(coroutine));
      references.add(new WeakReference<>(held));
    }

    // when / then
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(references).allMatch(reference -> reference.refersTo(null));
            });
  }

  @Test
  void saysWhatAJvmWithoutTheFlagNeeds() throws Exception {
    // when
    try (ChildJvm child = ChildJvm.start(List.of(), List.of(), WithoutFlags.class)) {
      // then
      assertThat(child.lineAfter("said: ")).contains("--add-opens java.base/java.lang=");
    }
  }

  /** Switches to a coroutine. */
  static final class WithoutFlags {
    public static void main(String[] unused) {
      try {
        Coroutine.of(() -> {}).switchTo();
      } catch (IllegalStateException e) {
        System.out.println("said: " + e.getMessage());
      }
    }
  }
}
