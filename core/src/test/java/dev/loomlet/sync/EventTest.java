package dev.loomlet.sync;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.sync.Waiting.FOR_EVER;
import static dev.loomlet.sync.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EventTest {

  @OnEveryEngine
  void setWakesEveryoneInTheOrderInWhichTheyCame(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Event event = new Event();
          List<Integer> woken = new ArrayList<>();
          List<Greenlet<?>> waiters = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            int number = i;
            waiters.add(
                spawn(
                    () -> {
                      event.await();
                      woken.add(number);
                    }));
          }
          until(() -> event.waiting() == 10);
          assertThat(woken).isEmpty();

          // when
          event.set();
          joinAll(waiters);

          // then
          assertThat(woken).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
          assertThat(event.isSet()).isTrue();
        });
  }

  @OnEveryEngine
  void isNotWaitedForWhenItIsSet(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Event event = new Event();
          event.set();
          event.set();
          event.await();
          assertThat(event.await(FOR_EVER)).isTrue();
          assertThat(event.await(Duration.ZERO)).isTrue();
          event.clear();
          assertThat(event.isSet()).isFalse();
          assertThat(event.await(Duration.ZERO)).isFalse();
          assertThat(event.await(Duration.ofDays(-400_000))).isFalse();
        });
  }

  @OnEveryEngine
  void wakesThoseWhoWaitedEvenIfItIsClearedBeforeTheyRun(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Event event = new Event();
          Greenlet<Boolean> first = spawn(() -> event.await(FOR_EVER));
          Greenlet<Boolean> second = spawn(() -> event.await(FOR_EVER));
          until(() -> event.waiting() == 2);

          // when
          event.set();
          event.clear();
          Greenlet<Boolean> late = spawn(() -> event.await(Duration.ofMillis(20)));

          // then
          assertThat(first.get()).isTrue();
          assertThat(second.get()).isTrue();
          assertThat(late.get()).isFalse();
        });
  }

  @OnEveryEngine
  void givesUpWhenTheTimeIsOver(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Event event = new Event();
          assertThat(event.await(Duration.ofMillis(5))).isFalse();
          assertThat(event.waiting()).isZero();
        });
  }

  @OnEveryEngine
  void goesBetweenLoopsAndPlainThreads(TestLoop test) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, test.options())) {
      // given: two loops, a platform thread without a loop, a virtual thread of the JDK
      Event event = new Event();
      Greenlet<?> zero = group.loop(0).spawn(() -> event.await());
      Greenlet<?> one = group.loop(1).spawn(() -> event.await());
      Thread platform = Thread.ofPlatform().start(event::await);
      Thread virtual = Thread.ofVirtual().start(event::await);
      until(() -> event.waiting() == 4);

      // when
      event.set();

      // then
      joinAll(zero, one);
      platform.join();
      virtual.join();
    }
  }

  @OnEveryEngine
  void letsTheLoopOfAPlatformThreadGoOnWhileThatWaits(TestLoop test) throws Exception {
    test.run(
        () -> {
          Event event = new Event();
          spawn(event::set);
          event.await();
        });
    // given: a platform thread that has a hub
    Event event = new Event();
    Thread owner =
        Thread.ofPlatform()
            .start(
                () -> {
                  spawn(event::set);
                  event.await();
                });
    owner.join();
    assertThat(event.isSet()).isTrue();
  }

  @Tag("alone")
  @Test
  void losesNoWakeUpBetweenThreads() throws Exception {
    try (LoopGroup group = LoopGroup.start(2)) {
      int rounds = Repeat.times(2_000);
      Event[] ping = new Event[rounds];
      Event[] pong = new Event[rounds];
      for (int i = 0; i < rounds; i++) {
        ping[i] = new Event();
        pong[i] = new Event();
      }
      Greenlet<?> zero =
          group
              .loop(0)
              .spawn(
                  () -> {
                    for (int i = 0; i < rounds; i++) {
                      ping[i].set();
                      pong[i].await();
                    }
                  });
      Greenlet<?> one =
          group
              .loop(1)
              .spawn(
                  () -> {
                    for (int i = 0; i < rounds; i++) {
                      ping[i].await();
                      pong[i].set();
                    }
                  });
      assertThat(zero.join(Duration.ofSeconds(50))).isTrue();
      one.join();
    }
  }

  @Test
  void saysWhatItIs() {
    Event event = new Event();
    assertThat(event).hasToString("Event[not set, 0 waiting]");
    event.set();
    assertThat(event).hasToString("Event[set]");
  }
}
