package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PoolTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @OnEveryEngine
  void neverRunsMoreThanItsSize(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(3);
          int[] running = new int[2];

          // when
          List<Integer> results =
              pool.map(
                  n -> {
                    running[1] = Math.max(running[1], ++running[0]);
                    sleep(1);
                    running[0]--;
                    return n;
                  },
                  IntStream.range(0, 20).boxed().toList());

          // then
          assertThat(running[1]).isEqualTo(3);
          assertThat(results).isEqualTo(IntStream.range(0, 20).boxed().toList());
          assertThat(pool.freeCount()).isEqualTo(3);
        });
  }

  @OnEveryEngine
  void spawnWaitsForAFreePlace(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(1);
          Greenlet<Void> first = pool.spawn(() -> sleep(FOR_EVER));
          Greenlet<Greenlet<Integer>> spawner = spawn(() -> pool.spawn(() -> 5));
          Loomlet.yield();
          assertThat(pool.isFull()).isTrue();
          assertThat(spawner.isDone()).isFalse();

          // when
          first.kill();

          // then
          assertThat(spawner.get().get()).isEqualTo(5);
          assertThat(pool.freeCount()).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void aCancelledSpawnSpawnsNothingAndLosesNoPlace(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(1);
          Greenlet<Void> first = pool.spawn(() -> sleep(FOR_EVER));
          List<String> ran = new ArrayList<>();
          Greenlet<Boolean> unstarted = Greenlet.of(() -> ran.add("unstarted"));
          List<Greenlet<?>> waiters =
              List.of(
                  spawn(() -> pool.spawn(() -> ran.add("spawn"))),
                  spawn(() -> pool.execute(() -> ran.add("execute"))),
                  spawn(() -> pool.add(unstarted)),
                  spawn(() -> pool.start(unstarted)),
                  spawn(() -> pool.tryAdd(unstarted, FOR_EVER)),
                  spawn(() -> pool.apply(() -> ran.add("apply"))),
                  spawn(() -> pool.map(ran::add, List.of("map"))),
                  spawn(() -> pool.waitAvailable()),
                  pool.applyAsync(() -> ran.add("applyAsync")));
          Loomlet.yield();
          Loomlet.yield();

          // when
          Loomlet.killAll(waiters);
          first.kill();

          // then
          assertThat(waiters).allMatch(Greenlet::isCancelled);
          Loomlet.joinOthers();
          assertThat(ran).isEmpty();
          assertThat(pool.size()).isZero();
          assertThat(pool.freeCount()).isEqualTo(1);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aCallerThatIsCancelledAlreadySpawnsNothingAlsoIfThereIsAPlace(TestLoop loop)
      throws Exception {
    loop.run(
        () -> {
          Pool pool = new Pool(1);
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                scope.cancel();
                pool.spawn(() -> 1);
              });
          assertThat(scope.isCaught()).isTrue();
          assertThat(pool.freeCount()).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void aPlaceThatIsHandedOverToACancelledSpawnIsUsed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(1);
          AsyncResult<Void> go = new AsyncResult<>();
          pool.spawn(() -> go.get());
          Greenlet<Greenlet<Integer>> spawner =
              spawn(
                  () -> {
                    Greenlet<Integer> spawned = pool.spawn(() -> 5);
                    assertThatThrownBy(() -> sleep(0)).isInstanceOf(Cancelled.class);
                    return spawned;
                  });
          Loomlet.yield();
          go.set(null);
          while (pool.isFull() && !spawner.isDone() && pool.size() == 1) {
            // The member has not run yet; when it ends, the place is the spawner's.
            Loomlet.yield();
          }

          // when
          spawner.cancel(true);

          // then
          spawner.join();
          pool.join();
          assertThat(pool.freeCount()).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void membersThatFailAreKilledOrDiscardedFreeTheirPlaceOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(2);
          Greenlet<Object> failing =
              pool.spawn(
                  () -> {
                    throw new Exception("expected");
                  });
          Greenlet<Void> killed = pool.spawn(() -> sleep(FOR_EVER));
          Loomlet.yield();

          // when
          killed.kill(Duration.ZERO);
          killed.kill();
          failing.join();
          assertThat(pool.discard(killed)).isFalse();
          assertThat(pool.discard(failing)).isFalse();

          // then
          assertThat(pool.freeCount()).isEqualTo(2);
          Greenlet<Void> discarded = pool.spawn(() -> sleep(FOR_EVER));
          pool.discard(discarded);
          assertThat(pool.freeCount()).isEqualTo(2);
          discarded.kill();
          assertThat(pool.freeCount()).isEqualTo(2);
        });
    assertThat(loop.uncaught()).hasSize(1);
  }

  @OnEveryEngine
  void tryAddDoesNotWait(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(1);
          Greenlet<Void> one = spawn(() -> sleep(FOR_EVER));
          Greenlet<Void> other = spawn(() -> sleep(FOR_EVER));

          // when / then
          assertThat(pool.tryAdd(one)).isTrue();
          assertThat(pool.tryAdd(one)).as("is a member already").isTrue();
          assertThat(pool.tryAdd(other)).isFalse();
          assertThat(pool.tryAdd(other, Duration.ofMillis(1))).isFalse();
          assertThat(pool.contains(other)).isFalse();
          one.kill();
          assertThat(pool.tryAdd(other)).isTrue();
          assertThat(pool.isFull()).isTrue();
        });
  }

  @OnEveryEngine
  void waitAvailableTellsWithoutTaking(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(2);
          assertThat(pool.waitAvailable()).isEqualTo(2);
          Greenlet<Void> one = pool.spawn(() -> sleep(FOR_EVER));
          pool.spawn(() -> sleep(FOR_EVER));
          assertThat(pool.waitAvailable(Duration.ofMillis(1))).isZero();
          Greenlet<Integer> first = spawn(() -> pool.waitAvailable());
          Greenlet<Integer> second = spawn(() -> pool.waitAvailable(FOR_EVER));
          Loomlet.yield();

          // when
          one.kill();

          // then
          assertThat(first.get()).isEqualTo(1);
          assertThat(second.get()).isEqualTo(1);
          assertThat(pool.freeCount()).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void applyAsyncDoesNotWaitAlsoIfThePoolIsFull(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(1);
          Greenlet<Void> first = pool.spawn(() -> sleep(FOR_EVER));
          List<String> got = new ArrayList<>();

          // when
          Awaitable<String> later = pool.applyAsync(() -> "later", got::add);

          // then
          assertThat(later.isDone()).isFalse();
          first.kill();
          assertThat(later.get()).isEqualTo("later");
          Loomlet.yield();
          assertThat(got).containsExactly("later");
        });
  }

  @OnEveryEngine
  void applyInAMemberNeedsNoOtherPlace(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Pool pool = new Pool(1);
          assertThat(pool.apply(() -> pool.apply(() -> "inner"))).isEqualTo("inner");
        });
  }

  @OnEveryEngine
  void imapIsLazyAndClosingItFreesAllPlaces(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Pool pool = new Pool(2);
          try (Results<Integer> results =
              pool.imapUnordered(
                  n -> {
                    sleep(n == 0 ? Duration.ZERO : FOR_EVER);
                    return n;
                  },
                  () -> IntStream.iterate(0, n -> n + 1).iterator())) {
            assertThat(results.next()).isZero();
          }

          // when
          Loomlet.joinOthers();

          // then
          assertThat(pool.freeCount()).isEqualTo(2);
          assertThat(pool.size()).isZero();
        });
  }

  @OnEveryEngine
  void killLetsThoseWhoWaitForAPlaceGoOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Pool pool = new Pool(1);
          pool.spawn(() -> sleep(FOR_EVER));
          Greenlet<Greenlet<Integer>> waiting = spawn(() -> pool.spawn(() -> 3));
          Loomlet.yield();
          pool.kill();
          assertThat(waiting.get().isDone() || pool.size() == 1).isTrue();
          pool.join();
          assertThat(pool.freeCount()).isEqualTo(1);
        });
  }

  @Test
  void aMemberOfAClosedLoopTakesNoPlace() throws Exception {
    // given
    Pool pool = new Pool(1);
    Greenlet<?>[] late = new Greenlet<?>[1];
    TestLoop.standard().run(() -> late[0] = Greenlet.of(() -> {}));

    // when / then
    assertThatThrownBy(() -> pool.start(late[0])).hasMessageContaining("closed");
    assertThat(pool.freeCount()).isEqualTo(1);
  }

  @Test
  void placesAreNeitherLostNorDoubledBetweenLoopsWithKillsAndTimeouts() throws Exception {
    // given
    Pool pool = new Pool(3);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (LoopGroup loops = LoopGroup.start(2)) {
      List<Greenlet<?>> drivers = new ArrayList<>();
      for (Loop each : loops.loops()) {
        for (int d = 0; d < 4; d++) {
          Random random = new Random(d);
          drivers.add(
              each.spawn(
                  () -> {
                    // when
                    for (int i = 0; i < Repeat.times(100); i++) {
                      int n = i;
                      Loomlet.moveOnAfter(
                          Duration.ofNanos(random.nextInt(400_000)),
                          () -> {
                            Greenlet<?> spawned =
                                pool.spawn(
                                    () -> {
                                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                      try {
                                        sleep(Duration.ofNanos(n * 1_000));
                                      } finally {
                                        running.decrementAndGet();
                                      }
                                    });
                            if (n % 3 == 0) {
                              spawned.kill();
                            }
                          });
                    }
                  }));
        }
      }
      Loomlet.joinAll(drivers);
      pool.join();
    }

    // then
    assertThat(most.get()).isBetween(1, 3);
    assertThat(pool.freeCount()).isEqualTo(3);
  }

  @Test
  void refusesASizeBelowOne() {
    assertThatThrownBy(() -> new Pool(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1");
  }
}
