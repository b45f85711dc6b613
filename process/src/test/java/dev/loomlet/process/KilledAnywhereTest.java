package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A process that is killed at any point of any operation leaves everything usable. The property
 * {@code loomlet.kills} says how often; a few times without it.
 */
@Timeout(600)
class KilledAnywhereTest {
  private static final int KILLS = Integer.getInteger("loomlet.kills", 5);
  private static final Duration LONG = Duration.ofSeconds(20);

  /** What the victim uses; all of it is shared. */
  private record Things(
      SharedLock lock,
      SharedReentrantLock reentrant,
      SharedCondition changed,
      SharedBoundedSemaphore permits,
      SharedBarrier barrier,
      SharedEvent event,
      SharedQueue queue,
      SharedSimpleQueue<byte[]> simple,
      SharedLong rounds)
      implements java.io.Serializable {}

  private static void useForever(Things all, int seed) throws Exception {
    Random random = new Random(seed);
    while (true) {
      switch (random.nextInt(7)) {
        case 0 -> {
          all.lock.lock();
          all.lock.unlock();
        }
        case 1 -> {
          all.reentrant.lock();
          all.reentrant.lock();
          all.changed.signal();
          boolean _ = all.changed.await(Duration.ofNanos(1 + random.nextInt(20_000)));
          all.reentrant.unlock();
          all.reentrant.unlock();
        }
        case 2 -> {
          all.permits.acquire();
          all.permits.release();
        }
        case 3 -> all.barrier.await();
        case 4 -> {
          all.event.set();
          all.event.clear();
        }
        case 5 -> {
          boolean _ = all.queue.put(message(random), Duration.ZERO);
          all.queue.take(Duration.ZERO);
        }
        default -> {
          boolean _ = all.simple.put(message(random), Duration.ZERO);
          all.simple.take(Duration.ZERO);
        }
      }
      all.rounds.incrementAndGet();
    }
  }

  /** All bytes are the same, so that it shows when it is torn. */
  private static byte[] message(Random random) {
    byte[] message = new byte[1 + random.nextInt(400)];
    Arrays.fill(message, (byte) random.nextInt());
    return message;
  }

  @Test
  void leavesEverythingUsable() throws Exception {
    try (SharedLock lock = SharedLock.create();
        SharedReentrantLock reentrant = SharedReentrantLock.create();
        SharedCondition changed = reentrant.newCondition();
        SharedBoundedSemaphore permits = SharedBoundedSemaphore.create(3);
        SharedBarrier barrier = SharedBarrier.create(1);
        SharedEvent event = SharedEvent.create();
        SharedQueue queue = SharedQueue.create(4, 400);
        var simple = SharedSimpleQueue.create(byte[].class, 1_000);
        SharedLong rounds = SharedLong.create(0)) {
      Things all =
          new Things(lock, reentrant, changed, permits, barrier, event, queue, simple, rounds);
      Random random = new Random(KILLS);
      for (int i = 0; i < KILLS; i++) {
        int seed = i;
        rounds.set(0);
        try (JavaProcess victim = JavaProcess.start(() -> useForever(all, seed))) {
          while (rounds.get() < 100) {
            assertThat(victim.isAlive()).isTrue();
            Thread.sleep(1);
          }
          Thread.sleep(random.nextInt(10), random.nextInt(1_000_000));
          victim.kill();
        }
        check(all);
      }
    }
  }

  private static void check(Things all) throws Exception {
    take(all.lock);
    all.lock.unlock();
    take(all.reentrant);
    all.changed.signalAll();
    assertThat(all.changed.await(Duration.ofMillis(1))).isFalse();
    all.reentrant.unlock();
    for (int i = 0; i < 3; i++) {
      assertThat(all.permits.tryAcquire(LONG)).isTrue();
    }
    assertThat(all.permits.tryAcquire()).isFalse();
    all.permits.release(3);
    checkBarrier(all.barrier);
    all.event.set();
    all.event.await();
    all.event.clear();
    checkQueues(all);
  }

  private static void take(AbstractSharedLock lock) {
    try {
      assertThat(lock.tryLock(LONG)).isTrue();
    } catch (OwnerDiedException e) {
      lock.makeConsistent();
    }
  }

  private static void checkBarrier(SharedBarrier barrier) throws Exception {
    try {
      barrier.await();
    } catch (BrokenBarrierException e) {
      barrier.reset();
      barrier.await();
    }
  }

  private static void checkQueues(Things all) {
    for (byte[] each; (each = all.queue.take(Duration.ZERO)) != null; ) {
      checkWhole(each);
    }
    for (byte[] each; (each = all.simple.take(Duration.ZERO)) != null; ) {
      checkWhole(each);
    }
    assertThat(all.queue.put(new byte[] {1}, LONG)).isTrue();
    assertThat(all.queue.take(LONG)).containsExactly(1);
    assertThat(all.simple.put(new byte[] {2}, LONG)).isTrue();
    assertThat(all.simple.take(LONG)).containsExactly(2);
  }

  private static void checkWhole(byte[] message) {
    for (byte each : message) {
      assertThat(each).isEqualTo(message[0]);
    }
  }
}
