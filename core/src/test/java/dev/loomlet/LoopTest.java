package dev.loomlet;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LoopTest {

  @OnEveryEngine
  void returnsWhatMainReturns(TestLoop loop) throws Exception {
    assertThat(Loomlet.<Integer>run(loop.options(), () -> 42)).isEqualTo(42);
  }

  @OnEveryEngine
  void throwsWhatMainThrowsUnchanged(TestLoop loop) {
    IOException mine = new IOException("mine");
    assertThatThrownBy(
            () ->
                loop.run(
                    () -> {
                      throw mine;
                    }))
        .isSameAs(mine);
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void runsGreenletsInTheOrderOfSpawningAndNeverInsideSpawn(TestLoop loop) throws Exception {
    // given
    List<String> order = new ArrayList<>();

    // when
    loop.run(
        () -> {
          List<Greenlet<?>> all = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            int number = i;
            all.add(spawn(() -> order.add("greenlet " + number)));
          }
          order.add("main");
          joinAll(all);
        });

    // then
    assertThat(order)
        .containsExactly(
            "main", "greenlet 0", "greenlet 1", "greenlet 2", "greenlet 3", "greenlet 4");
  }

  @OnEveryEngine
  void switchesAtEveryWaitSoThatSleepsOverlap(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          long start = System.nanoTime();
          List<Greenlet<?>> all = new ArrayList<>();
          for (int i = 0; i < 1000; i++) {
            all.add(spawn(() -> sleep(200)));
          }

          // when
          joinAll(all);

          // then
          assertThat(Duration.ofNanos(System.nanoTime() - start))
              .isBetween(Duration.ofMillis(200), Duration.ofSeconds(20));
        });
  }

  @OnEveryEngine
  void runsEveryGreenletOnTheThreadThatCalledRun(TestLoop loop) throws Exception {
    // given
    Thread caller = Thread.currentThread();
    List<Thread> carriers = new ArrayList<>();

    // when
    loop.run(
        () -> {
          carriers.add(JdkInternals.currentCarrier());
          spawn(
                  () -> {
                    carriers.add(JdkInternals.currentCarrier());
                    sleep(1);
                    carriers.add(JdkInternals.currentCarrier());
                  })
              .join();
        });

    // then
    assertThat(carriers).containsExactly(caller, caller, caller);
  }

  @OnEveryEngine
  void cancelsWhatIsLeftWhenMainEndsAndLetsItCleanUp(TestLoop loop) throws Exception {
    // given
    List<String> events = new ArrayList<>();

    // when
    loop.run(
        () -> {
          spawn(
              () -> {
                try {
                  sleep(Duration.ofDays(1));
                } finally {
                  sleepShielded();
                  events.add("cleaned up");
                }
              });
          spawn(
              () -> {
                while (true) {
                  Loomlet.yield();
                }
              });
          sleep(5);
          events.add("main ends");
        });

    // then
    assertThat(events).containsExactly("main ends", "cleaned up");
    assertThat(loop.uncaught()).isEmpty();
  }

  private static void sleepShielded() {
    sleep(1);
  }

  @OnEveryEngine
  void cancelsAlsoWhatIsSpawnedWhileTheLoopEnds(TestLoop loop) throws Exception {
    // given
    AtomicReference<Greenlet<?>> late = new AtomicReference<>();

    // when
    loop.run(
        () -> {
          spawn(
              () -> {
                try {
                  sleep(Duration.ofDays(1));
                } finally {
                  late.set(spawn(() -> sleep(Duration.ofDays(1))));
                }
              });
          sleep(1);
        });

    // then
    assertThat(late.get().isCancelled()).isTrue();
  }

  @OnEveryEngine
  void refusesToRunInsideALoop(TestLoop loop) throws Exception {
    loop.run(
        () ->
            assertThatThrownBy(() -> Loomlet.run(() -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inside"));
  }

  @OnEveryEngine
  void servesTimersInputAndOtherThreadsWhileTwoGreenletsYieldForEver(TestLoop loop)
      throws Exception {
    loop.run(
        () -> {
          // given: two that are always ready
          AtomicBoolean stop = new AtomicBoolean();
          for (int i = 0; i < 2; i++) {
            spawn(
                () -> {
                  while (!stop.get()) {
                    Loomlet.yield();
                  }
                });
          }
          Loop self = Loop.current();

          // when: a timer, a socket and a submission from another thread want attention
          sleep(20);
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            Greenlet<Integer> server =
                spawn(
                    () -> {
                      try (TcpStream stream = listener.accept()) {
                        return stream.read(new byte[10]);
                      }
                    });
            try (TcpStream client = TcpStream.connect("127.0.0.1", listener.port())) {
              client.write(new byte[7]);
              assertThat(server.get()).isEqualTo(7);
            }
          }
          CountDownLatch reached = new CountDownLatch(1);
          Thread.ofPlatform().start(() -> self.execute(reached::countDown));
          reached.await();

          // then: all three were served
          stop.set(true);
        });
  }

  @OnEveryEngine
  void doesNotStarveOthersWhenOneConnectionIsAlwaysReady(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream client = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream server = listener.accept()) {
            // given: bytes that can be read one at a time for long without a wait
            client.write(new byte[20_000]);
            Greenlet<Integer> greedy =
                spawn(
                    () -> {
                      byte[] one = new byte[1];
                      int read = 0;
                      while (read < 20_000) {
                        read += server.read(one);
                      }
                      return read;
                    });

            // when
            AtomicInteger turns = new AtomicInteger();
            while (!greedy.isDone()) {
              Loomlet.yield();
              turns.incrementAndGet();
            }

            // then
            assertThat(turns.get()).isGreaterThan(100);
          }
        });
  }

  @OnEveryEngine
  void burnsNoProcessorTimeWhileIdle(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          long thread = JdkInternals.currentCarrier().threadId();
          spawn(() -> sleep(Duration.ofDays(1)));
          sleep(50);

          // when
          long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
          sleep(500);
          long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread) - before;

          // then
          assertThat(Duration.ofNanos(used)).isLessThan(Duration.ofMillis(50));
        });
  }

  @Tag("alone")
  @OnEveryEngine
  void losesNoWakeUpBetweenThreads(TestLoop loop) throws Exception {
    // given: a loop that goes to sleep after every message, and two senders
    int rounds = Repeat.times(20_000);
    loop.run(
        () -> {
          Loop self = Loop.current();
          AtomicInteger pings = new AtomicInteger();

          // when
          Greenlet<?> other =
              spawn(
                  () -> {
                    try (LoopGroup group = startOffLoop(loop)) {
                      for (int i = 0; i < rounds; i++) {
                        int answer = group.loop(0).call(() -> self.call(pings::incrementAndGet));
                        assertThat(answer).isEqualTo(i + 1);
                      }
                    }
                  });
          other.get();

          // then
          assertThat(pings.get()).isEqualTo(rounds);
        });
  }

  private static LoopGroup startOffLoop(TestLoop loop) {
    return LoopGroup.start(1, loop.options().withName("other"));
  }

  @OnEveryEngine
  void runsTasksOfAnExecutorAsGreenlets(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CountDownLatch done = new CountDownLatch(1);
          AtomicReference<Greenlet<?>> seen = new AtomicReference<>();

          // when
          Loop.current()
              .execute(
                  () -> {
                    seen.set(Greenlet.current());
                    done.countDown();
                  });
          done.await();

          // then
          assertThat(seen.get()).isNotNull().isNotSameAs(Greenlet.current());
        });
  }

  @OnEveryEngine
  void rejectsWorkAfterItsEnd(TestLoop loop) throws Exception {
    // given
    AtomicReference<Loop> ended = new AtomicReference<>();
    loop.run(() -> ended.set(Loop.current()));

    // when / then
    assertThat(ended.get().isClosed()).isTrue();
    assertThatThrownBy(() -> ended.get().spawn(() -> 1))
        .isInstanceOf(RejectedExecutionException.class);
  }

  @OnEveryEngine
  void leavesNoWaiterHangingWhenALoopEnds(TestLoop loop) throws Exception {
    // given
    AtomicReference<Greenlet<?>> stubborn = new AtomicReference<>();
    CountDownLatch waiting = new CountDownLatch(1);
    Thread waiter =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  waiting.countDown();
                  stubborn.get().join();
                });
    try (LoopGroup group = LoopGroup.start(1, loop.options())) {
      stubborn.set(
          group.spawn(
              () -> {
                while (true) {
                  try {
                    sleep(Duration.ofDays(1));
                  } catch (Cancelled e) {
                    // does not give in
                  }
                }
              }));
      waiter.start();
      waiting.await();

      // when
      List<String> left = group.close(Duration.ofMillis(100));

      // then
      assertThat(left).containsExactly(stubborn.get().name());
    }
    assertThat(waiter.join(Duration.ofSeconds(10))).isTrue();
    assertThat(stubborn.get().isCancelled()).isTrue();
  }
}
