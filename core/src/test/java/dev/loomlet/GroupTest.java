package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GroupTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private static Void failAfter(Exception error, long millis) throws Exception {
    sleep(millis);
    throw error;
  }

  private static int waitFor(Duration time) {
    sleep(time);
    return 1;
  }

  @OnEveryEngine
  void membersLeaveWhenTheyHaveEnded(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          AsyncResult<String> go = new AsyncResult<>();

          // when
          Greenlet<String> first = group.spawn(() -> go.get());
          Greenlet<Void> second = group.spawn("second", () -> sleep(FOR_EVER));

          // then
          assertThat(group).containsExactly(first, second).hasSize(2);
          assertThat(group.contains(first)).isTrue();
          go.set("gone");
          assertThat(first.get()).isEqualTo("gone");
          assertThat(group).containsExactly(second);
          assertThat(group.join(Duration.ZERO)).isFalse();
          second.kill();
          assertThat(group.isEmpty()).isTrue();
          assertThat(group.join(Duration.ZERO)).isTrue();
          group.join();
        });
  }

  @OnEveryEngine
  void joinWaitsForAllAndNoLongerThanAllowed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          List<String> ended = new ArrayList<>();
          group.spawn(() -> end(ended, 2));
          group.spawn(() -> end(ended, 1));

          // when
          group.join();

          // then
          assertThat(ended).containsExactlyInAnyOrder("1", "2");
          Greenlet<Void> stays = group.spawn(() -> sleep(FOR_EVER));
          assertThat(group.join(Duration.ofMillis(2))).isFalse();
          assertThat(group).containsExactly(stays);
        });
  }

  private static void end(List<String> ended, int millis) {
    sleep(millis);
    ended.add("" + millis);
  }

  @OnEveryEngine
  void joinRaisesTheFirstErrorWhenAllHaveEnded(TestLoop loop) throws Exception {
    // given
    Exception first = new Exception("first");
    List<String> ended = new ArrayList<>();
    loop.run(
        () -> {
          Group group = new Group();
          group.spawn(() -> failAfter(first, 2));
          group.spawn(() -> failAfter(new Exception("second"), 4));
          group.spawn(() -> end(ended, 6));

          // when / then
          assertThatThrownBy(() -> group.join(FOR_EVER, true))
              .isInstanceOf(ExecutionException.class)
              .hasCause(first);
          assertThat(ended).containsExactly("6");
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void withoutRaisingErrorsOfMembersAreReported(TestLoop loop) throws Exception {
    // given
    Exception error = new Exception("reported");
    loop.run(
        () -> {
          Group group = new Group();
          group.spawn(() -> failAfter(error, 1));
          // when
          assertThat(group.join(FOR_EVER, false)).isTrue();
        });
    // then
    assertThat(loop.uncaught()).containsExactly(error);
  }

  @OnEveryEngine
  void joinThatRaisesStillThrowsAfterTheTimeIsOver(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Exception error = new Exception("early");
          group.spawn(() -> failAfter(error, 0));
          group.spawn(() -> sleep(FOR_EVER));

          // when / then
          assertThatThrownBy(() -> group.join(Duration.ofMillis(20), true)).hasCause(error);
          assertThat(group.join(Duration.ofMillis(1), true)).isFalse();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void killEndsAllAlsoThoseNotStartedAndThoseAddedMeanwhile(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Greenlet<Void> waiting =
              group.spawn(
                  () -> {
                    try {
                      sleep(FOR_EVER);
                    } finally {
                      group.spawn("late", () -> sleep(FOR_EVER));
                    }
                  });
          Greenlet<Void> unstarted = Greenlet.of(() -> sleep(0));
          group.add(unstarted);
          Loomlet.yield();

          // when
          group.kill();

          // then
          assertThat(waiting.isCancelled()).isTrue();
          assertThat(unstarted.isCancelled()).isTrue();
          assertThat(group.size()).isZero();
        });
  }

  @OnEveryEngine
  void killWithAnErrorOrWithoutWaiting(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Exception error = new Exception("of choice");
          Greenlet<Void> one = group.spawn(() -> sleep(FOR_EVER));
          one.linkException(_ -> {});
          Loomlet.yield();

          // when
          assertThat(group.kill(error, Duration.ZERO)).isFalse();

          // then
          assertThat(one.isDone()).isFalse();
          group.join();
          assertThat(one.exception()).isSameAs(error);

          // and
          group.spawn(() -> sleep(FOR_EVER));
          assertThat(group.kill(Duration.ofMinutes(1))).isTrue();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aMemberThatKillsItsGroupTakesTheOthersWithIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          List<String> passed = new ArrayList<>();
          Greenlet<Void> killer =
              group.spawn(
                  () -> {
                    group.kill();
                    passed.add("not reached");
                  });
          Greenlet<Void> other = group.spawn(() -> sleep(FOR_EVER));

          // when
          group.join();

          // then
          assertThat(killer.isCancelled()).isTrue();
          assertThat(other.isCancelled()).isTrue();
          assertThat(passed).isEmpty();
        });
  }

  @OnEveryEngine
  void aMemberMustNotWaitForItsOwnGroup(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Group group = new Group();
          Greenlet<Void> member = group.spawn(() -> group.join());
          assertThatThrownBy(member::get).hasCauseInstanceOf(IllegalStateException.class);
        });
  }

  @OnEveryEngine
  void addsStartsAndDiscards(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          Greenlet<Void> running = spawn(() -> sleep(FOR_EVER));
          Greenlet<Integer> ended = spawn(() -> 1);
          ended.join();
          Greenlet<Void> unstarted = Greenlet.of(() -> sleep(FOR_EVER));

          // when
          group.add(running);
          group.add(running);
          group.add(ended);
          group.start(unstarted);

          // then
          assertThat(group).containsExactly(running, unstarted);
          assertThat(unstarted.isStarted()).isTrue();
          assertThat(group.discard(running)).isTrue();
          assertThat(group.discard(running)).isFalse();
          assertThat(running.listenerCount()).isZero();
          group.kill();
          assertThat(running.isDone()).isFalse();
        });
  }

  @OnEveryEngine
  void aCancelledJoinLeavesTheGroupAsItWas(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Group group = new Group();
          group.spawn(() -> sleep(FOR_EVER));
          for (Greenlet<?> waiter :
              List.of(
                  spawn(() -> group.join()),
                  spawn(() -> group.join(FOR_EVER, true)),
                  spawn(() -> group.apply(() -> waitFor(FOR_EVER))),
                  group.mapAsync(GroupTest::waitFor, List.of(FOR_EVER)))) {
            Loomlet.yield();

            // when
            waiter.kill();

            // then
            assertThat(waiter.isCancelled()).isTrue();
          }
          Loomlet.yield();
          Loomlet.yield();
          assertThat(group.size()).isEqualTo(1);
          group.kill();
          group.join();
        });
  }

  @OnEveryEngine
  void isAnExecutor(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Group group = new Group();
          List<String> ran = new ArrayList<>();
          group.execute(() -> ran.add("ran"));
          group.join();
          assertThat(ran).containsExactly("ran");
        });
  }

  @Test
  void worksOnAPlatformThreadAndOverLoops() throws Exception {
    // given
    Group group = new Group();
    try (LoopGroup loops = LoopGroup.start(2)) {
      for (Loop each : loops.loops()) {
        each.call(
            () -> {
              group.spawn(() -> sleep(5));
              group.spawn(() -> sleep(FOR_EVER));
              return null;
            });
      }

      // when
      assertThat(group.join(Duration.ofMillis(1))).isFalse();
      assertThat(group.kill(Duration.ofMinutes(1))).isTrue();

      // then
      assertThat(group.size()).isZero();
    }
  }

  @Test
  void saysWhatIsWrongWithArguments() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              Group group = new Group();
              assertThatThrownBy(() -> group.imap(n -> n, List.of(1), 0))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("at least 1");
              assertThatThrownBy(() -> group.add(null)).isInstanceOf(NullPointerException.class);
              assertThatThrownBy(() -> group.execute(null))
                  .isInstanceOf(NullPointerException.class);
            });
  }
}
