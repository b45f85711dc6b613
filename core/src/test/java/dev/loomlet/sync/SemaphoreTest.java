package dev.loomlet.sync;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.sync.Waiting.FOR_EVER;
import static dev.loomlet.sync.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SemaphoreTest {

  @OnEveryEngine
  void letsInNoMoreThanItHasPermits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Semaphore places = new Semaphore(5);
          int[] inside = {0, 0};

          // when
          List<Greenlet<?>> cars = new ArrayList<>();
          for (int i = 0; i < 25; i++) {
            cars.add(
                spawn(
                    () ->
                        places.run(
                            () -> {
                              inside[0]++;
                              inside[1] = Math.max(inside[1], inside[0]);
                              Loomlet.yield();
                              inside[0]--;
                            })));
          }
          joinAll(cars);

          // then
          assertThat(inside).containsExactly(0, 5);
          assertThat(places.availablePermits()).isEqualTo(5);
        });
  }

  @OnEveryEngine
  void handsAReleasedPermitToTheFirstInLineAndNotToANewcomer(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Semaphore semaphore = new Semaphore(1);
          List<String> order = new ArrayList<>();
          semaphore.acquire();
          Greenlet<?> first = spawn(() -> takeAndNote(semaphore, order, "first"));
          Greenlet<?> second = spawn(() -> takeAndNote(semaphore, order, "second"));
          until(() -> semaphore.waiting() == 2);

          // when: released, and wanted again before those who wait have run
          semaphore.release();
          boolean overtaken = semaphore.tryAcquire() || semaphore.tryAcquire(Duration.ZERO);
          Greenlet<?> newcomer = spawn(() -> takeAndNote(semaphore, order, "newcomer"));
          joinAll(first, second, newcomer);

          // then
          assertThat(overtaken).isFalse();
          assertThat(order).containsExactly("first", "second", "newcomer");
        });
  }

  private static void takeAndNote(Semaphore semaphore, List<String> order, String name) {
    semaphore.acquire();
    order.add(name);
    semaphore.release();
  }

  @OnEveryEngine
  void givesUpWhenTheTimeIsOverAndLeavesTheLine(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Semaphore semaphore = new Semaphore(0);
          assertThat(semaphore.tryAcquire(Duration.ofMillis(5))).isFalse();
          assertThat(semaphore.tryAcquire(Duration.ZERO)).isFalse();
          assertThat(semaphore.tryAcquire()).isFalse();
          assertThat(semaphore.waiting()).isZero();
          semaphore.release();
          assertThat(semaphore.tryAcquire(FOR_EVER)).isTrue();
          assertThat(semaphore.availablePermits()).isZero();
        });
  }

  @OnEveryEngine
  void releasesSeveralAtOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Semaphore semaphore = new Semaphore(0);
          List<Greenlet<?>> waiters = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            waiters.add(spawn(() -> semaphore.acquire()));
          }
          until(() -> semaphore.waiting() == 3);

          // when
          semaphore.release(2);
          semaphore.release(0);
          joinAll(waiters.subList(0, 2));

          // then
          assertThat(waiters.get(2).isDone()).isFalse();
          semaphore.release(4);
          waiters.get(2).join();
          assertThat(semaphore.availablePermits()).isEqualTo(3);
        });
  }

  @OnEveryEngine
  void goesBetweenLoopsAndPlainThreads(TestLoop test) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, test.options())) {
      Semaphore semaphore = new Semaphore(0);
      Greenlet<?> zero = group.loop(0).spawn(() -> semaphore.acquire());
      Greenlet<?> one = group.loop(1).spawn(() -> semaphore.acquire());
      Thread platform = Thread.ofPlatform().start(semaphore::acquire);
      Thread virtual = Thread.ofVirtual().start(() -> semaphore.tryAcquire(FOR_EVER));
      until(() -> semaphore.waiting() == 4);
      semaphore.release(3);
      semaphore.release();
      joinAll(zero, one);
      platform.join();
      virtual.join();
      assertThat(semaphore.availablePermits()).isZero();
    }
  }

  @Test
  void givesThePermitBackHoweverTheBlockEnds() throws Exception {
    // given
    Semaphore semaphore = new Semaphore(1);
    IOException error = new IOException("no");

    // when / then
    assertThatThrownBy(
            () ->
                semaphore.run(
                    () -> {
                      throw error;
                    }))
        .isSameAs(error);
    assertThat(semaphore.call(() -> semaphore.availablePermits())).isZero();
    try (Held held = semaphore.hold()) {
      assertThat(semaphore.availablePermits()).isZero();
      held.close();
    }
    assertThat(semaphore.availablePermits()).isEqualTo(1);
  }

  @Test
  void aBoundedOneRefusesAReleaseTooMany() {
    // given
    BoundedSemaphore semaphore = new BoundedSemaphore(2);
    semaphore.acquire();
    semaphore.release();

    // when / then
    assertThatIllegalStateException()
        .isThrownBy(semaphore::release)
        .withMessageContaining("more than 2 permits")
        .withMessageContaining("release only what was acquired");
    semaphore.acquire();
    assertThatIllegalStateException().isThrownBy(() -> semaphore.release(2));
    assertThat(semaphore.availablePermits()).isEqualTo(1);
    semaphore.release(1);
    assertThat(semaphore).hasToString("BoundedSemaphore[2 available, 0 waiting]");
  }

  @Test
  void aBoundedOneHandsOverToThoseWhoWait() {
    BoundedSemaphore semaphore = new BoundedSemaphore(1);
    semaphore.acquire();
    Thread waiter = Thread.ofPlatform().start(semaphore::acquire);
    until(() -> semaphore.waiting() == 1);
    semaphore.release();
    until(() -> !waiter.isAlive());
    assertThat(semaphore.availablePermits()).isZero();
  }

  @Test
  void refusesNumbersThatMakeNoSense() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Semaphore(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> new BoundedSemaphore(-1));
    Semaphore full = new Semaphore(Integer.MAX_VALUE);
    assertThatIllegalArgumentException().isThrownBy(() -> full.release(-1));
    assertThatIllegalStateException().isThrownBy(full::release);
    assertThatIllegalStateException().isThrownBy(() -> full.release(Integer.MAX_VALUE));
  }
}
