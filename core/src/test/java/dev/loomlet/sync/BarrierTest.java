package dev.loomlet.sync;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.sync.Waiting.FOR_EVER;
import static dev.loomlet.sync.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.CancelScope;
import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BarrierTest {

  private static void assertBroken(Greenlet<?> party) {
    assertThatThrownBy(party::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(BrokenBarrierException.class);
  }

  @OnEveryEngine
  void letsAllGoOnWhenTheLastHasArrivedAgainAndAgain(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Barrier barrier = new Barrier(3);
          for (int round = 0; round < 3; round++) {
            // when
            Greenlet<Integer> first = spawn(() -> barrier.await());
            until(() -> barrier.waiting() == 1);
            Greenlet<Integer> second = spawn(() -> barrier.await(FOR_EVER));
            until(() -> barrier.waiting() == 2);
            assertThat(first.isDone()).isFalse();
            int last = barrier.await(Duration.ZERO);

            // then
            assertThat(List.of(first.get(), second.get(), last)).containsExactly(2, 1, 0);
            assertThat(barrier.waiting()).isZero();
          }
          assertThat(new Barrier(1).await()).isZero();
        });
  }

  @OnEveryEngine
  void theLastRunsTheActionBeforeAnybodyGoesOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> seen = new ArrayList<>();
          Barrier barrier =
              new Barrier(
                  2,
                  () -> {
                    sleep(2);
                    seen.add("action");
                  });
          Greenlet<?> first =
              spawn(
                  () -> {
                    barrier.await();
                    seen.add("first");
                  });
          until(() -> barrier.waiting() == 1);

          // when
          barrier.await();
          first.get();

          // then
          assertThat(seen).containsExactly("action", "first");
        });
  }

  @OnEveryEngine
  void whoeverComesDuringTheActionBelongsToTheNextMeeting(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Event enough = new Event();
          Barrier barrier = new Barrier(2, enough::await);
          Greenlet<Integer> first = spawn(() -> barrier.await());
          Greenlet<Integer> second = spawn(() -> barrier.await());
          until(() -> enough.waiting() == 1);

          // when
          Greenlet<Integer> early = spawn(() -> barrier.await());
          Greenlet<Integer> asWell = spawn(() -> barrier.await());
          sleep(2);
          assertThat(List.of(early, asWell)).noneMatch(Greenlet::isDone);
          enough.set();

          // then
          assertThat(List.of(first.get(), second.get())).containsExactlyInAnyOrder(0, 1);
          assertThat(List.of(early.get(), asWell.get())).containsExactlyInAnyOrder(0, 1);
        });
  }

  @OnEveryEngine
  void whoeverGivesUpDuringTheActionBreaksTheNextMeetingOnly(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (boolean killed : new boolean[] {true, false}) {
            // given
            Event enough = new Event();
            Barrier barrier = new Barrier(2, enough::await);
            Greenlet<Integer> first = spawn(() -> barrier.await());
            Greenlet<Integer> second = spawn(() -> barrier.await());
            until(() -> enough.waiting() == 1);

            // when
            if (killed) {
              Greenlet<Integer> early = spawn(() -> barrier.await());
              sleep(0);
              early.kill();
            } else {
              assertThatThrownBy(() -> barrier.await(Duration.ofMillis(1)))
                  .isInstanceOf(TimeoutException.class);
            }
            enough.set();

            // then
            assertThat(List.of(first.get(), second.get())).containsExactlyInAnyOrder(0, 1);
            assertThatThrownBy(barrier::await).isInstanceOf(BrokenBarrierException.class);
          }
        });
  }

  @OnEveryEngine
  void anActionThatFailsBreaksIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          IllegalStateException error = new IllegalStateException("no");
          Barrier barrier =
              new Barrier(
                  2,
                  () -> {
                    throw error;
                  });
          Greenlet<?> first = spawn(() -> barrier.await());
          until(() -> barrier.waiting() == 1);

          // when / then
          assertThatThrownBy(barrier::await).isSameAs(error);
          assertBroken(first);
          assertThat(barrier.isBroken()).isTrue();
        });
  }

  @OnEveryEngine
  void aPartyThatIsCancelledBreaksItForTheOthers(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Barrier barrier = new Barrier(3);
          Greenlet<?> killed = spawn(() -> barrier.await());
          Greenlet<?> other = spawn(() -> barrier.await());
          until(() -> barrier.waiting() == 2);

          // when
          killed.kill();

          // then
          assertThat(killed.isCancelled()).isTrue();
          assertBroken(other);
          assertThatThrownBy(barrier::await)
              .isInstanceOf(BrokenBarrierException.class)
              .hasMessageContaining("reset()");
        });
  }

  @OnEveryEngine
  void aPartyThatIsCancelledOnArrivalBreaksIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Barrier barrier = new Barrier(2);
          Greenlet<?> other = spawn(() -> barrier.await());
          until(() -> barrier.waiting() == 1);

          // when
          CancelScope scope = new CancelScope();
          scope.cancel();
          scope.run(() -> barrier.await());

          // then
          assertThat(scope.isCaught()).isTrue();
          assertBroken(other);
        });
  }

  @OnEveryEngine
  void aPartyThatRunsOutOfTimeBreaksItForTheOthers(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Barrier barrier = new Barrier(3);
          Greenlet<?> other = spawn(() -> barrier.await());
          assertThatThrownBy(() -> barrier.await(Duration.ofMillis(2)))
              .isInstanceOf(TimeoutException.class)
              .hasMessageContaining("3 parties");
          assertBroken(other);
          assertThat(barrier.isBroken()).isTrue();
        });
  }

  @OnEveryEngine
  void aPartyThatIsKilledAfterTheLastHasArrivedGotThrough(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Barrier barrier = new Barrier(2);
          boolean[] through = {false};
          Greenlet<?> first =
              spawn(
                  () -> {
                    barrier.await();
                    through[0] = true;
                  });
          until(() -> barrier.waiting() == 1);

          // when
          barrier.await();
          first.kill();

          // then
          assertThat(through[0]).isTrue();
          assertThat(barrier.isBroken()).isFalse();
        });
  }

  @OnEveryEngine
  void resetSendsThoseWhoWaitAwayAndMendsIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Barrier barrier = new Barrier(2);
          Greenlet<?> waiter = spawn(() -> barrier.await());
          until(() -> barrier.waiting() == 1);

          // when / then
          barrier.reset();
          assertBroken(waiter);
          assertThat(barrier.isBroken()).isFalse();
          barrier.abort();
          assertThat(barrier.isBroken()).isTrue();
          barrier.reset();
          Greenlet<?> again = spawn(() -> barrier.await());
          barrier.await();
          again.get();
        });
  }

  @OnEveryEngine
  void abortDuringTheActionBreaksItForTheLastAsWell(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Event enough = new Event();
          Barrier barrier = new Barrier(2, enough::await);
          Greenlet<?> first = spawn(() -> barrier.await());
          Greenlet<?> last = spawn(() -> barrier.await());
          until(() -> enough.waiting() == 1);
          Greenlet<?> early = spawn(() -> barrier.await());
          sleep(0);

          // when
          barrier.abort();
          enough.set();

          // then
          assertBroken(first);
          assertBroken(last);
          assertBroken(early);
        });
  }

  @OnEveryEngine
  void meetsOverLoopsAndThreads(TestLoop test) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, test.options())) {
      // given: the meetings are counted by the action, without a lock
      int rounds = 200;
      int[] met = {0};
      Barrier barrier = new Barrier(3, () -> met[0]++);
      Runnable party =
          () -> {
            for (int i = 1; i <= rounds; i++) {
              try {
                barrier.await();
              } catch (BrokenBarrierException e) {
                throw new AssertionError(e);
              }
              assertThat(met[0]).isBetween(i, i + 1);
            }
          };

      // when
      Greenlet<?> zero = group.loop(0).spawn(party::run);
      Greenlet<?> one = group.loop(1).spawn(party::run);
      Thread platform = Thread.ofPlatform().start(party);
      platform.join();
      zero.get();
      one.get();

      // then
      assertThat(met[0]).isEqualTo(rounds);
    }
  }

  @Test
  void needsAParty() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Barrier(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Barrier(0, () -> {}));
    assertThat(new Barrier(2)).hasToString("Barrier[0 of 2]");
    assertThat(new Barrier(2).parties()).isEqualTo(2);
  }
}
