package dev.loomlet;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Timeout;

/** Blocking code of the JDK, unchanged, in greenlets: it waits, the loop goes on. */
@Timeout(60)
final class JdkBlockingTest {

  private interface Wait {
    void run() throws Exception;
  }

  /** Asserts that a wait lets another greenlet run meanwhile and comes back on the same thread. */
  private static void assertCooperative(TestLoop loop, Wait wait) throws Exception {
    loop.run(
        () -> {
          Thread carrier = JdkInternals.currentCarrier();
          List<String> order = new ArrayList<>();
          Greenlet<?> waiting =
              spawn(
                  () -> {
                    order.add("waits");
                    wait.run();
                    order.add("goes on");
                    assertThat(JdkInternals.currentCarrier()).isSameAs(carrier);
                  });
          Greenlet<?> other = spawn(() -> order.add("other"));
          waiting.get();
          other.get();
          assertThat(order).containsExactly("waits", "other", "goes on");
        });
  }

  @OnEveryEngine
  void threadSleep(TestLoop loop) throws Exception {
    assertCooperative(loop, () -> Thread.sleep(10));
  }

  @OnEveryEngine
  void timedPark(TestLoop loop) throws Exception {
    assertCooperative(loop, () -> LockSupport.parkNanos(10_000_000));
  }

  @OnEveryEngine
  void timedQueuePoll(TestLoop loop) throws Exception {
    assertCooperative(
        loop,
        () -> assertThat(new ArrayBlockingQueue<>(1).poll(10, TimeUnit.MILLISECONDS)).isNull());
  }

  @OnEveryEngine
  void objectWait(TestLoop loop) throws Exception {
    Object monitor = new Object();
    assertCooperative(
        loop,
        () -> {
          synchronized (monitor) {
            monitor.wait(10);
          }
        });
  }

  @OnEveryEngine
  void nestedVirtualThread(TestLoop loop) throws Exception {
    Thread carrier = Thread.currentThread();
    assertCooperative(
        loop,
        () -> {
          CompletableFuture<Thread> seen = new CompletableFuture<>();
          Thread nested =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        Loomlet.sleep(2);
                        seen.complete(JdkInternals.currentCarrier());
                      });
          assertThat(seen.get()).isSameAs(carrier);
          nested.join();
        });
  }

  @OnEveryEngine
  void virtualThreadExecutor(TestLoop loop) throws Exception {
    Thread carrier = Thread.currentThread();
    assertCooperative(
        loop,
        () -> {
          try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(executor.submit(JdkInternals::currentCarrier).get()).isSameAs(carrier);
          }
        });
  }

  @OnEveryEngine
  void blockingQueueBetweenGreenlets(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          BlockingQueue<Integer> queue = new ArrayBlockingQueue<>(2);
          Greenlet<Integer> consumer =
              spawn(
                  () -> {
                    int sum = 0;
                    for (int i = 0; i < 100; i++) {
                      sum += queue.take();
                    }
                    return sum;
                  });
          for (int i = 0; i < 100; i++) {
            queue.put(i);
          }
          assertThat(consumer.get()).isEqualTo(4950);
        });
  }

  @OnEveryEngine
  void lockAndCondition(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          ReentrantLock lock = new ReentrantLock();
          Condition changed = lock.newCondition();
          List<String> order = new ArrayList<>();
          Greenlet<?> waiting =
              spawn(
                  () -> {
                    lock.lock();
                    try {
                      order.add("awaits");
                      changed.await();
                      order.add("signalled");
                    } finally {
                      lock.unlock();
                    }
                  });
          Loomlet.yield();
          lock.lock();
          try {
            order.add("signals");
            changed.signal();
          } finally {
            lock.unlock();
          }
          waiting.get();
          assertThat(order).containsExactly("awaits", "signals", "signalled");
        });
  }

  @OnEveryEngine
  void completableFutureCompletedByAnotherThread(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          CompletableFuture<String> future = new CompletableFuture<>();
          Thread.ofPlatform().start(() -> future.complete("from outside"));
          assertThat(future.get()).isEqualTo("from outside");
        });
  }

  @OnEveryEngine
  void contendedSynchronizedBetweenLoops(TestLoop loop) throws Exception {
    // given
    Object monitor = new Object();
    int[] count = {0};
    int rounds = 2_000;

    // when
    try (LoopGroup group = LoopGroup.start(2, loop.options())) {
      List<Greenlet<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(
            group.spawn(
                () -> {
                  for (int j = 0; j < rounds; j++) {
                    synchronized (monitor) {
                      count[0]++;
                    }
                    Loomlet.yield();
                  }
                }));
      }
      for (Greenlet<?> each : all) {
        each.get();
      }
    }

    // then
    assertThat(count[0]).isEqualTo(4 * rounds);
  }

  @OnEveryEngine
  void timersNeedNoHelperThread(TestLoop loop) throws Exception {
    // given
    Set<Thread> before = Thread.getAllStackTraces().keySet();

    // when
    loop.run(
        () -> {
          Thread.sleep(5);
          LockSupport.parkNanos(1_000_000);
          new ArrayBlockingQueue<>(1).poll(1, TimeUnit.MILLISECONDS);

          // then
          assertThat(Thread.getAllStackTraces().keySet()).isSubsetOf(before);
        });
  }
}
