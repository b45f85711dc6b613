package dev.loomlet;

import static dev.loomlet.Loomlet.killAll;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class KillTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private static Greenlet<?> waiting(Action body) {
    Greenlet<?> greenlet = spawn(body);
    Loomlet.yield();
    return greenlet;
  }

  @OnEveryEngine
  void waitsUntilTheGreenletHasCleanedUp(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          Greenlet<?> victim =
              waiting(
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } finally {
                      sleep(5);
                      order.add("cleaned up");
                    }
                  });

          // when
          victim.kill();
          order.add("killed");

          // then
          assertThat(order).containsExactly("cleaned up", "killed");
          assertThat(victim.isCancelled()).isTrue();
          assertThat(victim.isSuccessful()).isFalse();
          assertThatThrownBy(victim::get).isInstanceOf(CancellationException.class);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void canDoWithoutWaiting(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> victim = waiting(() -> sleep(FOR_EVER));

          // when / then
          assertThat(victim.kill(Duration.ZERO)).isFalse();
          assertThat(victim.isDone()).isFalse();
          victim.join();
          assertThat(victim.isCancelled()).isTrue();
          assertThat(victim.kill(Duration.ZERO)).isTrue();
          victim.kill();
        });
  }

  @OnEveryEngine
  void givesUpWaitingForAGreenletThatGoesOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<String> stubborn =
              spawn(
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } catch (Cancelled e) {
                      sleep(20);
                    }
                    return "survived";
                  });
          Loomlet.yield();

          // when / then
          assertThat(stubborn.kill(Duration.ofMillis(1))).isFalse();
          assertThat(stubborn.get()).isEqualTo("survived");
        });
  }

  @OnEveryEngine
  void throwsAnErrorOfChoiceOnce(TestLoop loop) throws Exception {
    IOException choice = new IOException("enough");
    loop.run(
        () -> {
          // given
          List<Throwable> seen = new ArrayList<>();
          Greenlet<?> victim =
              waiting(
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } catch (Throwable e) {
                      seen.add(e);
                      sleep(1);
                      throw e;
                    }
                  });

          // when
          victim.kill(choice);

          // then
          assertThat(seen).containsExactly(choice);
          assertThat(victim.exception()).isSameAs(choice);
          assertThat(victim.isFailed()).isTrue();
        });
    assertThat(loop.uncaught()).containsExactly(choice);
  }

  @OnEveryEngine
  void neverRunsAGreenletThatWasNotStarted(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          Greenlet<?> unstarted = Greenlet.of(() -> order.add("ran"));
          Greenlet<?> started = spawn(() -> order.add("ran"));
          Greenlet<?> later = Loomlet.spawnLater(FOR_EVER, () -> order.add("ran"));
          IllegalStateException choice = new IllegalStateException("no");
          Greenlet<?> withError = Greenlet.of(() -> order.add("ran"));
          withError.linkException(any -> {});

          // when
          unstarted.kill();
          started.kill();
          later.kill();
          withError.kill(choice);

          // then
          assertThat(unstarted.isCancelled()).isTrue();
          assertThat(started.isCancelled()).isTrue();
          assertThat(later.isCancelled()).isTrue();
          assertThat(withError.exception()).isSameAs(choice);
          assertThat(unstarted.start().isDone()).isTrue();
          sleep(1);
          assertThat(order).isEmpty();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void doesNotHitTheCleanupWhenItComesTwice(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          Greenlet<?> victim =
              waiting(
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } finally {
                      sleep(1);
                      order.add("cleaned up");
                    }
                  });

          // when: both before it has noticed
          victim.cancel(true);
          victim.kill();

          // then
          assertThat(order).containsExactly("cleaned up");
        });
  }

  @OnEveryEngine
  void endsTheCallerAtOnceWhenItKillsItself(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();

          // when
          Greenlet<?> suicide =
              spawn(
                  () -> {
                    Greenlet.current().kill();
                    order.add("went on");
                  });
          suicide.join();

          // then
          assertThat(suicide.isCancelled()).isTrue();
          assertThat(order).isEmpty();
        });
  }

  @OnEveryEngine
  void reachesCodeOfTheJdkAsAnInterrupt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          Greenlet<?> victim = waiting(() -> new LinkedBlockingQueue<>().take());
          Greenlet<?> catching =
              waiting(
                  () -> {
                    try {
                      Thread.sleep(FOR_EVER);
                    } catch (InterruptedException e) {
                      order.add("interrupted");
                      sleep(1);
                      order.add("thrown once");
                    }
                  });
          IOException choice = new IOException("enough");
          Greenlet<?> withError = waiting(() -> Thread.sleep(FOR_EVER));
          withError.linkException(any -> {});

          // when
          victim.kill();
          catching.kill();
          withError.kill(choice);

          // then
          assertThat(victim.isCancelled()).isTrue();
          assertThat(victim.exception()).hasCauseInstanceOf(InterruptedException.class);
          assertThat(order).containsExactly("interrupted", "thrown once");
          assertThat(catching.isSuccessful()).isTrue();
          assertThat(withError.exception()).isSameAs(choice);
          assertThat(choice.getSuppressed()).hasAtLeastOneElementOfType(InterruptedException.class);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void comesFromAnotherThreadToo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> victim = waiting(() -> sleep(FOR_EVER));
          AsyncResult<Boolean> killed = new AsyncResult<>();

          // when
          Thread.ofPlatform().start(() -> killed.set(victim.kill(FOR_EVER)));

          // then
          assertThat(killed.get()).isTrue();
          assertThat(victim.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void losesNothingThatHasHappened(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: a result that comes in the same turn as the kill
          AsyncResult<String> result = new AsyncResult<>();
          List<String> order = new ArrayList<>();
          Greenlet<?> victim =
              waiting(
                  () -> {
                    order.add(result.get());
                    order.add("still goes on");
                    sleep(1);
                    order.add("not reached");
                  });

          // when
          result.set("value");
          victim.kill();

          // then: the wait had succeeded, the next one throws
          assertThat(order).containsExactly("value", "still goes on");
          assertThat(victim.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void killsMany(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Greenlet<?>> victims = new ArrayList<>();
          for (int i = 0; i < 1000; i++) {
            victims.add(spawn(() -> sleep(FOR_EVER)));
          }
          Loomlet.yield();

          // when
          killAll(victims);

          // then
          assertThat(victims).allMatch(Greenlet::isCancelled);

          // when
          Greenlet<?> last = waiting(() -> sleep(FOR_EVER));
          last.linkException(any -> {});
          boolean ended = killAll(List.of(last), new IOException("choice"), FOR_EVER);

          // then
          assertThat(ended).isTrue();
          assertThat(last.exception()).hasMessage("choice");
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void startsWhenToldTo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> order = new ArrayList<>();
          Greenlet<?> later = Greenlet.of("later", () -> order.add("later"));
          Greenlet<?> now = Greenlet.of("now", () -> order.add("now"));
          assertThat(now.isStarted()).isFalse();

          // when
          later.startLater(Duration.ofMillis(5));
          now.start().start();

          // then
          assertThat(now.isStarted()).isTrue();
          Loomlet.joinAll(later, now);
          assertThat(order).containsExactly("now", "later");
          assertThat(later.spawner()).isNull();
        });
  }

  @OnEveryEngine
  void knowsWhoSpawnedIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<Greenlet<?>> child = new AsyncResult<>();

          // when
          Greenlet<?> parent =
              spawn(
                  () -> {
                    child.set(spawn(() -> sleep(FOR_EVER)));
                    sleep(5);
                  });

          // then
          assertThat(parent.spawner()).isSameAs(Greenlet.current());
          assertThat(child.get().spawner()).isSameAs(parent);
          parent.join();
          assertThat(child.get().spawner()).isNull();
        });
  }

  @OnEveryEngine
  void interruptsTheJdkAfterAWaitThatSucceededAllTheSame(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<String> result = new AsyncResult<>();
          Greenlet<?> victim =
              waiting(
                  () -> {
                    result.join();
                    Thread.sleep(FOR_EVER);
                  });

          // when: it gets what it waits for, and is killed before it has run
          result.set("there");
          victim.kill();

          // then
          assertThat(victim.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void interruptsTheJdkForTheSecondOfTwoErrors(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> victim =
              waiting(
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } catch (IllegalStateException e) {
                      Thread.sleep(FOR_EVER);
                    }
                  });

          // when
          victim.kill(new IllegalStateException("swallowed"), Duration.ZERO);
          victim.kill();

          // then
          assertThat(victim.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void killsAgainWhoSwallowedTheInterruptOfTheFirstKill(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<Void> swallowed = new AsyncResult<>();
          Greenlet<?> victim =
              waiting(
                  () -> {
                    try {
                      Thread.sleep(FOR_EVER);
                    } catch (InterruptedException e) {
                      swallowed.set(null);
                      Thread.sleep(FOR_EVER);
                    }
                  });

          // when
          victim.cancel(true);
          swallowed.join();
          victim.kill();

          // then
          assertThat(victim.isCancelled()).isTrue();
        });
  }
}
