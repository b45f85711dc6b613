package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.jdk.ThreadInspector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Time and locks of the JDK, which need no patch: while one greenlet waits, others go on. */
class UnpatchedWaitTest {
  private static final int TRIES = 20;

  /** Waits that end by themselves. */
  @SuppressWarnings("ImmutableEnumChecker") // the bodies hold nothing
  enum Timed {
    SLEEP(() -> Thread.sleep(10)),
    PARK(() -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10))),
    OBJECT_WAIT(
        () -> {
          Object monitor = new Object();
          synchronized (monitor) {
            monitor.wait(10);
          }
        }),
    LATCH(() -> new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS)),
    SEMAPHORE(() -> new Semaphore(0).tryAcquire(10, TimeUnit.MILLISECONDS)),
    QUEUE(() -> new LinkedBlockingQueue<>().poll(10, TimeUnit.MILLISECONDS)),
    HAND_OVER(() -> new SynchronousQueue<>().offer("", 10, TimeUnit.MILLISECONDS)),
    CONDITION(
        () -> {
          ReentrantLock lock = new ReentrantLock();
          lock.lock();
          try {
            lock.newCondition().await(10, TimeUnit.MILLISECONDS);
          } finally {
            lock.unlock();
          }
        });

    private final Action body;

    Timed(Action body) {
      this.body = body;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTimedWaitLetsOthersRunAndStartsNoThread(Timed wait) throws Exception {
    Loomlet.run(
        () -> {
          // given
          Loomlet.sleep(1);
          List<Thread> before = ThreadInspector.platformThreads();
          // when: once more if the machine was busy for as long as the wait
          int turns = 0;
          for (int i = 0; turns < 2 && i < TRIES; i++) {
            Greenlet<?> waiting = Loomlet.spawn(wait.body);
            turns = 0;
            while (!waiting.isDone()) {
              Loomlet.yield();
              turns++;
            }
            waiting.get();
          }
          // then
          assertThat(turns).isGreaterThan(1);
          List<Thread> started = new ArrayList<>(ThreadInspector.platformThreads());
          started.removeAll(before);
          assertThat(started).noneMatch(each -> isForTimers(each.getName()));
        });
  }

  private static boolean isForTimers(String name) {
    return name.contains("VirtualThread") || name.contains("delay") || name.contains("Delay");
  }

  /** Something that one greenlet holds and another one wants. */
  private record Contended(Action waiting, Action letGo) {}

  /** Waits that another greenlet ends. */
  enum Untimed {
    MONITOR,
    NOTIFICATION,
    LOCK,
    CONDITION,
    READ_WRITE_LOCK,
    STAMPED_LOCK,
    LATCH,
    BARRIER,
    PHASER,
    EXCHANGER
  }

  private static Contended contended(Untimed kind) throws Exception {
    Object monitor = new Object();
    ReentrantLock lock = new ReentrantLock();
    Condition condition = lock.newCondition();
    ReentrantReadWriteLock readWrite = new ReentrantReadWriteLock();
    StampedLock stamped = new StampedLock();
    CountDownLatch latch = new CountDownLatch(1);
    CyclicBarrier barrier = new CyclicBarrier(2);
    Phaser phaser = new Phaser(2);
    Exchanger<String> exchanger = new Exchanger<>();
    return switch (kind) {
      case MONITOR -> {
        Semaphore held = new Semaphore(0);
        Loomlet.spawn(
            () -> {
              synchronized (monitor) {
                held.acquire();
              }
            });
        Loomlet.yield();
        yield new Contended(
            () -> {
              synchronized (monitor) {
                assertThat(Thread.holdsLock(monitor)).isTrue();
              }
            },
            held::release);
      }
      case NOTIFICATION ->
          new Contended(
              () -> {
                synchronized (monitor) {
                  monitor.wait();
                }
              },
              () -> {
                synchronized (monitor) {
                  monitor.notifyAll();
                }
              });
      case LOCK -> {
        lock.lock();
        yield new Contended(lock::lock, lock::unlock);
      }
      case CONDITION ->
          new Contended(
              () -> {
                lock.lock();
                try {
                  condition.await();
                } finally {
                  lock.unlock();
                }
              },
              () -> {
                lock.lock();
                try {
                  condition.signal();
                } finally {
                  lock.unlock();
                }
              });
      case READ_WRITE_LOCK -> {
        readWrite.writeLock().lock();
        yield new Contended(readWrite.readLock()::lock, readWrite.writeLock()::unlock);
      }
      case STAMPED_LOCK -> {
        long stamp = stamped.writeLock();
        yield new Contended(stamped::readLock, () -> stamped.unlockWrite(stamp));
      }
      case LATCH -> new Contended(latch::await, latch::countDown);
      case BARRIER -> new Contended(barrier::await, barrier::await);
      case PHASER -> new Contended(phaser::arriveAndAwaitAdvance, phaser::arrive);
      case EXCHANGER -> new Contended(() -> exchanger.exchange("a"), () -> exchanger.exchange("b"));
    };
  }

  @ParameterizedTest
  @EnumSource
  void whoeverCanEndAWaitGetsToIt(Untimed kind) throws Exception {
    Loomlet.run(
        () -> {
          // given
          Contended contended = contended(kind);
          Greenlet<?> waiting = Loomlet.spawn(contended.waiting);
          for (int i = 0; i < 3; i++) {
            Loomlet.yield();
          }
          assertThat(waiting.isDone()).isFalse();
          // when
          contended.letGo.run();
          // then
          waiting.get();
        });
  }
}
