package dev.loomlet.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.sync.Mutex;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that look like deadlocks and are none. */
@Timeout(60)
@Tag("alone")
final class NoDeadlockTest {

  private interface Program {
    void run() throws Exception;
  }

  /** Holds one lock and does something about the other; the other way round in a second one. */
  private interface Want {
    void want(Lock lock) throws Exception;
  }

  private static Program crossed(Want want) {
    return () -> {
      Mutex left = new Mutex();
      Mutex right = new Mutex();
      Loomlet.spawn(() -> left.run(() -> inTurn(want, right)));
      Loomlet.spawn(() -> right.run(() -> inTurn(want, left)));
    };
  }

  private static void inTurn(Want want, Lock lock) throws Exception {
    Loomlet.yield();
    want.want(lock);
  }

  static Stream<Named<Program>> programs() {
    return Stream.of(
        Named.of("a lock wanted for a time", crossed(lock -> lock.tryLock(1, TimeUnit.DAYS))),
        Named.of(
            "a scope with a deadline",
            crossed(lock -> Loomlet.withTimeout(Duration.ofDays(1), lock::lock))),
        Named.of(
            "a timeout that runs",
            crossed(
                lock -> {
                  try (dev.loomlet.Timeout _ = dev.loomlet.Timeout.start(Duration.ofDays(1))) {
                    lock.lock();
                  }
                })),
        Named.of(
            "a JDK lock wanted for a time",
            () -> {
              ReentrantLock left = new ReentrantLock();
              ReentrantLock right = new ReentrantLock();
              Loomlet.spawn(() -> timed(left, right));
              Loomlet.spawn(() -> timed(right, left));
            }),
        Named.of(
            "a join for a time",
            () -> {
              Greenlet<?>[] both = new Greenlet<?>[2];
              both[0] = Loomlet.spawn(() -> both[1].join(Duration.ofDays(1)));
              both[1] = Loomlet.spawn(() -> both[0].join());
            }),
        Named.of(
            "a slow owner with a long queue",
            () -> {
              Mutex mutex = new Mutex();
              Loomlet.spawn(() -> mutex.run(() -> Loomlet.sleep(60_000)));
              for (int i = 0; i < 100; i++) {
                Loomlet.spawn(mutex::lock);
              }
            }),
        Named.of(
            "a monitor that a sleeper holds",
            () -> {
              Object monitor = new Object();
              Mutex mutex = new Mutex();
              Loomlet.spawn(
                  () -> {
                    synchronized (monitor) {
                      Loomlet.sleep(1_000);
                    }
                  });
              Loomlet.spawn(
                  () ->
                      mutex.run(
                          () -> {
                            synchronized (monitor) {
                              Thread.onSpinWait();
                            }
                          }));
              Loomlet.spawn(mutex::lock);
            }),
        Named.of(
            "readers with a writer",
            () -> {
              ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
              for (int i = 0; i < 5; i++) {
                Loomlet.spawn(
                    () -> {
                      lock.readLock().lockInterruptibly();
                      Loomlet.sleep(60_000);
                    });
              }
              Loomlet.spawn(() -> lock.writeLock().lockInterruptibly());
            }),
        Named.of(
            "a join of one that was never started",
            () -> {
              Greenlet<?> never = Greenlet.of(() -> {});
              Loomlet.spawn(() -> never.join());
            }));
  }

  private static void timed(Lock first, Lock second) throws InterruptedException {
    first.lockInterruptibly();
    Loomlet.yield();
    second.tryLock(1, TimeUnit.DAYS);
  }

  @ParameterizedTest
  @MethodSource("programs")
  void makesNoAlarm(Program program) throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              program.run();
              Loomlet.sleep(5);

              // when, then
              for (int i = 0; i < 5; i++) {
                assertThat(Deadlocks.find()).isEmpty();
                Loomlet.sleep(1);
              }
            });
  }

  @Test
  void locksThatChangeHandsAllTheTimeMakeNoAlarm() throws Exception {
    // given: two loops whose greenlets take the same locks in the same order, as fast as they can
    AtomicBoolean over = new AtomicBoolean();
    List<Lock> locks =
        List.of(new ReentrantLock(), new Mutex(), new ReentrantReadWriteLock().writeLock());
    List<Greenlet<?>> greenlets = new ArrayList<>();
    try (LoopGroup group = LoopGroup.start(2)) {
      for (int i = 0; i < 6; i++) {
        greenlets.add(group.loops().get(i % 2).spawn(() -> takeAll(locks, over)));
      }

      // when
      int looks = Repeat.times(300);
      List<Cycle> before = Look.take();
      List<Cycle> alarms = new ArrayList<>();
      for (int i = 0; i < looks; i++) {
        List<Cycle> now = Look.take();
        alarms.addAll(Deadlocks.confirm(now, before));
        before = now;
      }

      // then
      over.set(true);
      for (Greenlet<?> each : greenlets) {
        each.get();
      }
      assertThat(alarms).isEmpty();
    }
  }

  private static void takeAll(List<Lock> locks, AtomicBoolean over) {
    while (!over.get()) {
      for (Lock each : locks) {
        each.lock();
        Loomlet.yield();
      }
      for (Lock each : locks) {
        each.unlock();
      }
    }
  }

  @Test
  void aWaitThatWasLeftInBetweenIsAnotherOne() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              Ring ring = Ring.start(Ring.Kind.MUTEX, Ring.Kind.MUTEX);
              while (Look.take().isEmpty()) {
                Loomlet.sleep(1);
              }
              List<Cycle> before = Look.take();
              assertThat(Deadlocks.confirm(Look.take(), before)).hasSize(1);

              // when: the same waits again, as far as threads and locks go
              Wait wait = before.getFirst().waits().getFirst();
              Wait later =
                  new Wait(
                      wait.thread(), wait.count() + 1, wait.blocker(), false, wait.providers());
              Cycle other = new Cycle(List.of(later, before.getFirst().waits().get(1)));

              // then
              assertThat(Deadlocks.confirm(List.of(other), before)).isEmpty();
              ring.breakUp();
            });
  }
}
