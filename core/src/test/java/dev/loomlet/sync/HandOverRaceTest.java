package dev.loomlet.sync;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.Repeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Giving races giving up: whatever is given, exactly one has it. */
@Timeout(120)
@Tag("alone")
final class HandOverRaceTest {
  private static final int TRIALS = Repeat.times(20_000);
  private static final int MANY_TIMES = 50;

  /** After the given number of trials it goes on only if one side has always won. */
  private static boolean goesOn(int done, int trials, int won) {
    return done < trials || (done < MANY_TIMES * trials && (won == 0 || won == done));
  }

  /** Lets the two sides of a race begin at about the same time, and then varies that. */
  private static void stagger(int most) {
    int spins = ThreadLocalRandom.current().nextInt(most);
    for (int i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aReleaseAgainstATimeOutOnAnotherLoop() throws Exception {
    try (LoopGroup group = LoopGroup.start(2)) {
      // given
      Semaphore start = new Semaphore(0);
      Semaphore semaphore = new Semaphore(0);
      AtomicInteger taken = new AtomicInteger();
      Semaphore over = new Semaphore(0);
      group
          .loop(1)
          .spawn(
              () -> {
                while (true) { // until the group is closed
                  start.acquire();
                  long nanos = ThreadLocalRandom.current().nextLong(1, 40_000);
                  if (semaphore.tryAcquire(Duration.ofNanos(nanos))) {
                    taken.incrementAndGet();
                  }
                  over.release();
                }
              });

      // when / then
      int[] won = {0};
      group
          .loop(0)
          .call(
              () -> {
                for (int i = 0; goesOn(i, TRIALS, won[0]); i++) {
                  start.release();
                  stagger(1_000);
                  semaphore.release();
                  over.acquire();
                  int got = taken.getAndSet(0);
                  won[0] += got;
                  assertThat(got + semaphore.availablePermits()).isEqualTo(1);
                  assertThat(semaphore.waiting()).isZero();
                  if (got == 0) {
                    semaphore.acquire();
                  }
                }
                return null;
              });
      assertThat(won[0]).as("both sides win at times").isBetween(1, MANY_TIMES * TRIALS - 1);
    }
  }

  @Test
  void aReleaseAgainstATimeOutOnAPlainThread() throws Exception {
    // given
    Semaphore start = new Semaphore(0);
    Semaphore semaphore = new Semaphore(0);
    Semaphore over = new Semaphore(0);
    AtomicInteger taken = new AtomicInteger();
    int trials = TRIALS / 2;
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < trials; i++) {
                    start.acquire();
                    long nanos = ThreadLocalRandom.current().nextLong(1, 20_000);
                    if (semaphore.tryAcquire(Duration.ofNanos(nanos))) {
                      taken.incrementAndGet();
                    }
                    over.release();
                  }
                });

    // when / then
    for (int i = 0; i < trials; i++) {
      start.release();
      stagger(1_000);
      semaphore.release();
      over.acquire();
      int got = taken.getAndSet(0);
      assertThat(got + semaphore.availablePermits()).isEqualTo(1);
      if (got == 0) {
        semaphore.acquire();
      }
    }
    thread.join();
  }

  @Test
  void aReleaseOnOneLoopAgainstAKillOnAnother() throws Exception {
    try (LoopGroup group = LoopGroup.start(2)) {
      int trials = TRIALS / 4;
      int[] won = {0};
      group
          .loop(0)
          .call(
              () -> {
                Semaphore semaphore = new Semaphore(0);
                for (int i = 0; goesOn(i, trials, won[0]); i++) {
                  // given
                  AtomicInteger taken = new AtomicInteger();
                  Greenlet<?> waiter =
                      group
                          .loop(1)
                          .spawn(
                              () -> {
                                semaphore.acquire();
                                taken.incrementAndGet();
                                // Whoever was granted after all is told at the next wait, also one
                                // of the JDK's.
                                assertThatThrownBy(() -> Thread.sleep(Duration.ofMinutes(10)))
                                    .isInstanceOf(InterruptedException.class);
                              });
                  Waiting.until(() -> semaphore.waiting() == 1);

                  // when
                  waiter.cancel(true);
                  stagger(200);
                  semaphore.release();
                  waiter.join();

                  // then
                  won[0] += taken.get();
                  assertThat(taken.get() + semaphore.availablePermits()).isEqualTo(1);
                  assertThat(semaphore.waiting()).isZero();
                  if (taken.get() == 0) {
                    semaphore.acquire();
                  }
                }
                return null;
              });
      assertThat(won[0]).as("both sides win at times").isBetween(1, MANY_TIMES * trials - 1);
    }
  }

  @Test
  void anUnlockAgainstAKillOrATimeOut() throws Exception {
    for (FairLock lock : List.of(new Mutex(), new RLock())) {
      try (LoopGroup group = LoopGroup.start(2)) {
        group
            .loop(0)
            .call(
                () -> {
                  for (int i = 0; i < TRIALS / 10; i++) {
                    // given
                    boolean killed = (i & 1) == 0;
                    lock.lock();
                    Greenlet<?> waiter =
                        group
                            .loop(1)
                            .spawn(
                                () -> {
                                  Duration patience = Duration.ofNanos(killed ? 1L << 40 : 10_000);
                                  if (lock.tryLock(patience)) {
                                    assertThat(lock.isHeldByCurrentThread()).isTrue();
                                    lock.unlock();
                                  }
                                });
                    if (killed) {
                      Waiting.until(() -> lock.waiting() == 1);
                      waiter.cancel(true);
                    }

                    // when
                    stagger(500);
                    lock.unlock();
                    waiter.join();

                    // then
                    assertThat(waiter.isFailed()).isFalse();
                    assertThat(lock.isLocked()).isFalse();
                    assertThat(lock.owner()).isNull();
                    assertThat(lock.waiting()).isZero();
                  }
                  return null;
                });
      }
    }
  }

  @Test
  void aSignalAgainstAKillReachesExactlyOne() throws Exception {
    try (LoopGroup group = LoopGroup.start(2)) {
      int trials = TRIALS / 8;
      int[] won = {0};
      group
          .loop(0)
          .call(
              () -> {
                for (int i = 0; goesOn(i, trials, won[0]); i++) {
                  // given: two that wait for one signal, and the first is killed
                  Mutex lock = new Mutex();
                  Condition condition = lock.newCondition();
                  AtomicInteger first = new AtomicInteger();
                  AtomicInteger second = new AtomicInteger();
                  Greenlet<?> killed =
                      group.loop(1).spawn(() -> awaitAndCount(lock, condition, first));
                  Waiting.until(() -> condition.waiting() == 1);
                  Greenlet<?> next = spawn(() -> awaitAndCount(lock, condition, second));
                  Waiting.until(() -> condition.waiting() == 2);

                  // when
                  killed.cancel(true);
                  stagger(200);
                  lock.run(condition::signal);
                  killed.join();

                  // then: the signal was received by it, or goes to the other
                  if (first.get() == 0) {
                    next.join();
                  }
                  won[0] += first.get();
                  assertThat(first.get() + second.get()).isEqualTo(1);
                  next.kill();
                }
                return null;
              });
      assertThat(won[0]).as("both sides win at times").isBetween(1, MANY_TIMES * trials - 1);
    }
  }

  @Test
  void aMeetingAgainstAKillIsWholeOrBroken() throws Exception {
    try (LoopGroup group = LoopGroup.start(2)) {
      int trials = TRIALS / 10;
      int[] won = {0};
      group
          .loop(0)
          .call(
              () -> {
                for (int i = 0; goesOn(i, trials, won[0]); i++) {
                  // given: a party that waits, and one that it does not have to wait for
                  Barrier barrier = new Barrier(2);
                  Greenlet<Integer> party = group.loop(1).spawn(() -> barrier.await());
                  party.linkException(any -> {});
                  Waiting.until(() -> barrier.waiting() == 1);

                  // when
                  party.cancel(true);
                  stagger(300);
                  boolean together;
                  try {
                    barrier.await();
                    together = true;
                  } catch (BrokenBarrierException e) {
                    together = false;
                  }

                  // then
                  party.join();
                  won[0] += together ? 1 : 0;
                  assertThat(party.isSuccessful()).isEqualTo(together);
                }
                return null;
              });
      assertThat(won[0]).as("both sides win at times").isBetween(1, MANY_TIMES * trials - 1);
    }
  }

  private static void awaitAndCount(Mutex lock, Condition condition, AtomicInteger count)
      throws InterruptedException {
    lock.lock();
    try {
      condition.await();
      count.incrementAndGet();
    } finally {
      lock.unlock();
    }
  }

  @Test
  void permitsAndTokensAreConservedWhateverHappensToThoseWhoWantThem() throws Exception {
    // given
    Semaphore semaphore = new BoundedSemaphore(2);
    CapacityLimiter limiter = new CapacityLimiter(2);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    int rounds = Repeat.times(400);
    try (LoopGroup group = LoopGroup.start(2)) {
      // when: greenlets of two loops and a plain thread, some of them killed at any moment
      List<Greenlet<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(
            group.spawn(
                () -> {
                  for (int round = 0; round < rounds; round++) {
                    Greenlet<?> victim = spawn(() -> useBoth(semaphore, limiter, inside, most));
                    for (int n = ThreadLocalRandom.current().nextInt(3); n > 0; n--) {
                      Loomlet.yield();
                    }
                    if ((round & 1) == 0) {
                      victim.kill();
                    } else {
                      victim.join();
                    }
                    assertThat(victim.isFailed()).isFalse();
                  }
                }));
      }
      Thread plain =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int round = 0; round < rounds; round++) {
                      if (semaphore.tryAcquire(Duration.ofNanos(20_000))) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        semaphore.release();
                      }
                    }
                  });
      for (Greenlet<?> each : all) {
        each.get();
      }
      plain.join();
    }

    // then
    assertThat(semaphore.availablePermits()).isEqualTo(2);
    assertThat(semaphore.waiting()).isZero();
    assertThat(limiter).hasToString("CapacityLimiter[0 of 2 borrowed, 0 waiting]");
    assertThat(most.get()).isEqualTo(2);
  }

  private static void useBoth(
      Semaphore semaphore, CapacityLimiter limiter, AtomicInteger inside, AtomicInteger most)
      throws Exception {
    limiter.run(
        () ->
            semaphore.run(
                () -> {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  try {
                    Loomlet.yield();
                  } finally {
                    inside.decrementAndGet();
                  }
                }));
  }

  @Test
  void oneAtATimeOverLoopsAndThreads() throws Exception {
    for (FairLock lock : List.of(new Mutex(), new RLock())) {
      // given: a counter that loses counts when two are at it
      long[] counter = {0};
      int rounds = Repeat.times(4_000);
      Runnable work =
          () -> {
            for (int i = 0; i < rounds; i++) {
              lock.lock();
              try {
                long seen = counter[0];
                if ((i & 255) == 0) {
                  Thread.yield();
                }
                counter[0] = seen + 1;
              } finally {
                lock.unlock();
              }
            }
          };

      // when
      try (LoopGroup group = LoopGroup.start(2)) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          greenlets.add(group.spawn(work::run));
        }
        Thread platform = Thread.ofPlatform().start(work);
        Thread virtual = Thread.ofVirtual().start(work);
        for (Greenlet<?> each : greenlets) {
          each.get();
        }
        platform.join();
        virtual.join();
      }

      // then
      assertThat(counter[0]).isEqualTo(6L * rounds);
      assertThat(lock.isLocked()).isFalse();
    }
  }
}
