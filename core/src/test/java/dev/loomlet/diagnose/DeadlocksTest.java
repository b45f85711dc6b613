package dev.loomlet.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.TaskGroup;
import dev.loomlet.diagnose.Deadlock.Party;
import dev.loomlet.diagnose.Ring.Kind;
import dev.loomlet.sync.Mutex;
import dev.loomlet.testing.TestLoop;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
final class DeadlocksTest {

  /** Looks until there is one; the timeout of the test is for the case that there never is. */
  static Deadlock await() throws InterruptedException {
    while (true) {
      List<Deadlock> found = Deadlocks.find();
      if (!found.isEmpty()) {
        assertThat(found).hasSize(1);
        return found.getFirst();
      }
      Thread.sleep(1);
    }
  }

  static Stream<List<Kind>> rings() {
    return Stream.of(
        List.of(Kind.MUTEX, Kind.MUTEX),
        List.of(Kind.MUTEX, Kind.MUTEX, Kind.MUTEX, Kind.MUTEX, Kind.MUTEX),
        List.of(Kind.RLOCK, Kind.RLOCK, Kind.RLOCK),
        List.of(Kind.REENTRANT_LOCK, Kind.REENTRANT_LOCK),
        List.of(Kind.WRITE_LOCK, Kind.WRITE_LOCK, Kind.WRITE_LOCK, Kind.WRITE_LOCK),
        List.of(Kind.JOIN, Kind.JOIN),
        List.of(Kind.JOIN, Kind.JOIN, Kind.JOIN),
        List.of(Kind.MONITOR, Kind.MUTEX),
        List.of(Kind.MONITOR, Kind.MONITOR, Kind.RLOCK),
        List.of(Kind.MONITOR, Kind.REENTRANT_LOCK, Kind.JOIN, Kind.MUTEX),
        List.of(Kind.MUTEX, Kind.WRITE_LOCK, Kind.RLOCK, Kind.REENTRANT_LOCK, Kind.JOIN));
  }

  @ParameterizedTest
  @MethodSource("rings")
  void ringsOfEveryKindAreNamedInTheirOrder(List<Kind> kinds) throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              Ring ring = Ring.start(kinds.toArray(Kind[]::new));

              // when
              Deadlock deadlock = await();

              // then
              assertThat(deadlock.parties())
                  .extracting(party -> party.thread().getName())
                  .containsExactlyElementsOf(
                      IntStream.range(0, kinds.size()).mapToObj(i -> "member-" + i).toList());
              for (int i = 0; i < kinds.size(); i++) {
                Party party = deadlock.parties().get(i);
                Party next = deadlock.parties().get((i + 1) % kinds.size());
                assertThat(party.waitsFor()).isEqualTo(next.holds());
                assertThat(party.stack().toString()).contains("Ring");
                assertThat(party.since() != null).isEqualTo(kinds.get(i) == Kind.MONITOR);
                if (party.since() != null) {
                  assertThat(party.since().getMethodName()).isEqualTo("holdWhile");
                }
                assertThat(deadlock.toString()).contains(party.name(), party.waitsFor());
              }

              // when
              ring.breakUp();

              // then
              assertThat(Deadlocks.find()).isEmpty();
            });
  }

  @Test
  void isFoundAcrossLoops() throws Exception {
    // given
    Mutex left = new Mutex("left");
    Mutex right = new Mutex("right");
    CountDownLatch bothHold = new CountDownLatch(2);
    try (LoopGroup group = LoopGroup.start(2)) {
      List<Greenlet<?>> greenlets =
          List.of(
              group.loops().get(0).spawn("a", () -> lockBoth(left, right, bothHold)),
              group.loops().get(1).spawn("b", () -> lockBoth(right, left, bothHold)));

      // when
      Deadlock deadlock = await();

      // then
      assertThat(deadlock.parties())
          .extracting(Party::name)
          .allMatch(name -> name.contains(" of "));
      assertThat(names(deadlock)).containsExactlyInAnyOrder("a", "b");
      greenlets.forEach(each -> each.cancel(true));
    }
  }

  static void lockBoth(Mutex first, Mutex second, CountDownLatch bothHold)
      throws InterruptedException {
    first.lock();
    try {
      bothHold.countDown();
      bothHold.await();
      second.lock();
      second.unlock();
    } finally {
      first.unlock();
    }
  }

  private static List<String> names(Deadlock deadlock) {
    return deadlock.parties().stream().map(party -> party.thread().getName()).toList();
  }

  @Test
  void isFoundBetweenAGreenletAndAPlainThreadAndAThreadOfTheJdksScheduler() throws Exception {
    // given
    ReentrantLock one = new ReentrantLock();
    Mutex two = new Mutex();
    ReentrantLock three = new ReentrantLock();
    CountDownLatch allHold = new CountDownLatch(3);
    Thread plain =
        Thread.ofPlatform()
            .name("plain")
            .start(
                () -> {
                  one.lock();
                  meet(allHold);
                  try {
                    two.lock();
                  } catch (dev.loomlet.Cancelled e) {
                    one.unlock();
                  }
                });
    Thread virtual =
        Thread.ofVirtual()
            .name("virtual")
            .start(
                () -> {
                  three.lock();
                  meet(allHold);
                  one.lock();
                  one.unlock();
                  three.unlock();
                });
    TestLoop.standard()
        .run(
            () -> {
              Greenlet<?> greenlet =
                  Loomlet.spawn(
                      "greenlet",
                      () -> {
                        two.lock();
                        meet(allHold);
                        three.lock();
                      });

              // when
              Deadlock deadlock = await();

              // then
              assertThat(names(deadlock)).containsExactlyInAnyOrder("plain", "virtual", "greenlet");
              plain.interrupt();
              greenlet.join();
            });
    plain.join();
    virtual.join();
  }

  private static void meet(CountDownLatch latch) {
    latch.countDown();
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTaskGroupWaitsForItsChildren() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given: a host that keeps what its child wants
              Mutex mutex = new Mutex();
              Greenlet<?> host =
                  Loomlet.spawn(
                      "host",
                      () ->
                          mutex.run(
                              () ->
                                  TaskGroup.run(
                                      group -> {
                                        group.spawn("idle", () -> Loomlet.sleep(60_000));
                                        group.spawn("child", mutex::lock);
                                      })));

              // when
              Deadlock deadlock = await();

              // then
              assertThat(names(deadlock)).containsExactlyInAnyOrder("host", "child");
              host.kill();
            });
  }

  @Test
  void waitingForAnyOfSeveralIsStuckOnlyIfAllAre() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              Mutex held = new Mutex();
              AtomicBoolean wantsToo = new AtomicBoolean();
              Greenlet<?> first = Greenlet.of(held::lock);
              Greenlet<?> second =
                  Greenlet.of(
                      () -> {
                        while (!wantsToo.get()) {
                          Loomlet.sleep(1);
                        }
                        held.lock();
                      });
              Greenlet<?> chooser =
                  Loomlet.spawn(
                      "chooser",
                      () ->
                          held.run(
                              () -> {
                                first.start();
                                second.start();
                                Loomlet.asCompleted(List.of(first, second)).iterator().next();
                              }));
              Loomlet.yield();
              Loomlet.yield();

              // when, then: one may still end
              assertThat(Deadlocks.find()).isEmpty();

              // when, then: now both want what the chooser holds
              wantsToo.set(true);
              assertThat(names(await())).hasSize(2).contains("chooser");
              chooser.kill();
              Loomlet.killAll(List.of(first, second));
            });
  }
}
