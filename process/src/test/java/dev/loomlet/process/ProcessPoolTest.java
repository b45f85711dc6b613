package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ProcessPoolTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final AtomicInteger INITIALIZED = new AtomicInteger();

  @TempDir Path folder;

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static int forever() throws InterruptedException {
    new CountDownLatch(1).await();
    return 0;
  }

  /** Tells by a file that it has begun, and goes on for ever. */
  private static SerializableCallable<Integer> beginning(Path file) {
    String name = file.toString();
    return () -> {
      Files.writeString(Path.of(name), "");
      return forever();
    };
  }

  private static void awaitFile(Path file) {
    await().atMost(LONG).until(() -> Files.exists(file));
  }

  @OnEveryEngine
  void runsTasksInOtherProcessesWhileOtherGreenletsGoOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (ProcessPool pool = new ProcessPool(1)) {
            AtomicInteger turns = new AtomicInteger();
            var other =
                Loomlet.spawn(
                    () -> {
                      while (true) {
                        turns.incrementAndGet();
                        Loomlet.sleep(1);
                      }
                    });
            int captured = 6;

            ProcessFuture<Integer> answer = pool.submit(() -> captured * 7);
            ProcessFuture<Long> pid = pool.submit(ProcessPoolTest::pid);

            assertThat(answer.get()).isEqualTo(42);
            assertThat(pid.get()).isNotEqualTo(pid());
            assertThat(turns.get()).isGreaterThan(3);
            other.kill();
          }
        });
  }

  @Test
  void mapsInTheOrderOfTheItems() throws Exception {
    try (ProcessPool pool = new ProcessPool(2)) {
      List<Integer> items = IntStream.range(0, 100).boxed().toList();
      List<Integer> squares = items.stream().map(x -> x * x).toList();

      assertThat(pool.map(x -> x * x, items)).isEqualTo(squares);
      assertThat(pool.map(x -> x * x, items, 1)).isEqualTo(squares);
      assertThat(pool.map(x -> x * x, List.<Integer>of())).isEmpty();
      assertThat(pool.starmap((a, b) -> a + b, List.of(Map.entry(1, 2), Map.entry(3, 4))))
          .containsExactly(3, 7);
    }
  }

  @Test
  void imapReadsOnlyALittleAhead() {
    try (ProcessPool pool = new ProcessPool(1)) {
      AtomicInteger read = new AtomicInteger();
      Iterable<Integer> endless = () -> Stream.generate(read::incrementAndGet).iterator();

      Iterator<Integer> results = pool.imap(x -> 2 * x, endless, 3);

      List<Integer> first = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        first.add(results.next());
      }
      assertThat(first).containsExactly(2, 4, 6, 8, 10, 12, 14, 16, 18, 20);
      assertThat(read.get()).isLessThan(30);
      pool.shutdownNow();
    }
  }

  @Test
  void imapUnorderedGivesEachResultOnce() {
    try (ProcessPool pool = new ProcessPool(2)) {
      Set<Integer> results = new HashSet<>();
      pool.imapUnordered(x -> x, IntStream.range(0, 50).boxed().toList(), 4)
          .forEachRemaining(each -> assertThat(results.add(each)).isTrue());
      assertThat(results).hasSize(50);
    }
  }

  @Test
  void theErrorOfATaskIsThatOfItsFuture() throws Exception {
    try (ProcessPool pool = new ProcessPool(1)) {
      ProcessFuture<Integer> failing =
          pool.submit(
              () -> {
                throw new IllegalStateException("bad");
              });
      assertThatThrownBy(failing::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("bad");
      assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
    }
  }

  @Test
  void poisonTasksHarmNobodyElse() throws Exception {
    try (ProcessPool pool = new ProcessPool(PoolOptions.of(1).withMaxHeap(32 << 20))) {
      // given
      Thread thread = Thread.currentThread();

      // when
      ProcessFuture<Integer> exits =
          pool.submit(
              () -> {
                System.exit(5);
                return 1;
              });
      ProcessFuture<Integer> killed =
          pool.submit(
              () -> {
                ProcessHandle self = ProcessHandle.current();
                new ProcessBuilder("kill", "-9", Long.toString(self.pid())).start();
                return forever();
              });
      ProcessFuture<Integer> greedy = pool.submit(() -> new long[1 << 28].length);
      ProcessFuture<Integer> cannotBeSent = pool.submit(() -> thread.hashCode());
      ProcessFuture<Object> cannotBeReturned = pool.submit(() -> new Object());
      ProcessFuture<Integer> fine = pool.submit(() -> 1);

      // then
      assertThatThrownBy(exits::get)
          .cause()
          .isInstanceOf(BrokenProcessPoolException.class)
          .hasMessageContaining("ended with exit code 5");
      assertThatThrownBy(killed::get)
          .cause()
          .isInstanceOf(BrokenProcessPoolException.class)
          .hasMessageContaining("signal 9");
      assertThatThrownBy(greedy::get)
          .cause()
          .isInstanceOf(BrokenProcessPoolException.class)
          .hasMessageContaining("out of memory");
      assertThatThrownBy(cannotBeSent::get)
          .cause()
          .isInstanceOf(UnserializableException.class)
          .hasMessageContaining("java.lang.Thread");
      assertThatThrownBy(cannotBeReturned::get)
          .cause()
          .isInstanceOf(UnserializableException.class)
          .hasMessageContaining("the result is a java.lang.Object");
      assertThat(fine.get()).isEqualTo(1);
    }
  }

  @Test
  void aResultOfAClassThatIsNotAllowedIsRejected() throws Exception {
    try (ProcessPool pool = new ProcessPool(1)) {
      assertThatThrownBy(() -> pool.submit(() -> java.util.logging.Level.INFO).get())
          .cause()
          .hasMessageContaining("java.util.logging.Level")
          .hasMessageContaining("ProcessOptions.withAllowed");
    }
    ProcessOptions allowing = ProcessOptions.defaults().withAllowed("java.util.logging.Level");
    try (ProcessPool pool = new ProcessPool(PoolOptions.of(1).withProcess(allowing))) {
      assertThat(pool.submit(() -> java.util.logging.Level.INFO).get())
          .isEqualTo(java.util.logging.Level.INFO);
    }
  }

  @Test
  void aTaskThatRunsTooLongIsKilledAndItsProcessReplaced() throws Exception {
    PoolOptions options = PoolOptions.of(1).withTaskTimeout(Duration.ofSeconds(2));
    try (ProcessPool pool = new ProcessPool(options)) {
      long before = pool.submit(ProcessPoolTest::pid).get();
      ProcessFuture<Integer> endless = pool.submit(ProcessPoolTest::forever);
      assertThatThrownBy(endless::get).cause().isInstanceOf(TimeoutException.class);
      assertThat(pool.submit(ProcessPoolTest::pid).get()).isNotEqualTo(before);
      assertThat(ProcessHandle.of(before).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void cancellingARunningTaskKillsItsProcessOnRequest() throws Exception {
    try (ProcessPool pool = new ProcessPool(1)) {
      // given
      Path begun = folder.resolve("begun");
      ProcessFuture<Integer> running = pool.submit(beginning(begun));
      ProcessFuture<Integer> waiting = pool.submit(() -> 1);
      ProcessFuture<Integer> next = pool.submit(() -> 2);
      awaitFile(begun);

      // when
      boolean first = waiting.cancel(false);
      boolean second = running.cancel(true);

      // then
      assertThat(first).isTrue();
      assertThat(second).isTrue();
      assertThatThrownBy(waiting::get).isInstanceOf(CancellationException.class);
      assertThat(next.get()).isEqualTo(2);
    }
  }

  @Test
  void replacesProcessesAfterSoManyTasks() throws Exception {
    try (ProcessPool pool = new ProcessPool(PoolOptions.of(1).withMaxTasksPerChild(2))) {
      List<Long> pids = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        pids.add(pool.submit(ProcessPoolTest::pid).get());
      }
      assertThat(pids.get(0)).isEqualTo(pids.get(1)).isNotEqualTo(pids.get(2));
      assertThat(pids.get(2)).isEqualTo(pids.get(3)).isNotEqualTo(pids.get(4));
    }
  }

  @Test
  void initialisesEachProcess() throws Exception {
    PoolOptions options = PoolOptions.of(1).withInitializer(() -> INITIALIZED.set(7));
    try (ProcessPool pool = new ProcessPool(options)) {
      assertThat(pool.submit(() -> INITIALIZED.get()).get()).isEqualTo(7);
      assertThat(INITIALIZED.get()).isZero();
    }
  }

  @Test
  void aPoolWhoseProcessesCannotStartIsBrokenAndSaysWhy() throws Exception {
    PoolOptions options =
        PoolOptions.of(1)
            .withInitializer(
                () -> {
                  throw new IllegalStateException("no database");
                });
    try (ProcessPool pool = new ProcessPool(options)) {
      assertThatThrownBy(() -> pool.submit(() -> 1).get())
          .cause()
          .isInstanceOf(BrokenProcessPoolException.class)
          .hasMessageContaining("no database");
    }
  }

  @Test
  void refusesTasksAfterShutdownButRunsThoseThatItHas() throws Exception {
    ProcessPool pool = new ProcessPool(1);
    ProcessFuture<Integer> before = pool.submit(() -> 1);
    pool.shutdown();
    assertThatThrownBy(() -> pool.submit(() -> 2))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("has been shut down");
    assertThat(before.get()).isEqualTo(1);
    assertThat(pool.awaitTermination(LONG)).isTrue();
    assertThat(pool.isTerminated()).isTrue();
    pool.close();
  }

  @Test
  void shutdownNowKillsWhatRunsAndGivesBackWhatWaits() throws Exception {
    ProcessPool pool = new ProcessPool(1);
    Path begun = folder.resolve("begun");
    ProcessFuture<Integer> running = pool.submit(beginning(begun));
    ProcessFuture<Integer> waiting = pool.submit(() -> 1);
    awaitFile(begun);

    List<Runnable> pending = pool.shutdownNow();

    assertThat(pending).containsExactly(waiting);
    assertThatThrownBy(running::get).cause().isInstanceOf(BrokenProcessPoolException.class);
    assertThat(pool.awaitTermination(LONG)).isTrue();
  }

  @Test
  void killedWorkersAreReplacedUnderLoad() throws Exception {
    try (ProcessPool pool = new ProcessPool(2)) {
      List<ProcessFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        int number = i;
        futures.add(pool.submit(() -> number));
        if (i % 500 == 250) {
          futures.getFirst().get();
          pool.killWorkers();
        }
      }
      int broken = 0;
      for (int i = 0; i < futures.size(); i++) {
        try {
          assertThat(futures.get(i).get()).isEqualTo(i);
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(BrokenProcessPoolException.class);
          broken++;
        }
      }
      // Of each process that was killed at most the one task that it ran.
      assertThat(broken).isLessThanOrEqualTo(8);
    }
  }

  @Test
  void isAnExecutorService() throws Exception {
    try (ProcessPool pool = new ProcessPool(2)) {
      List<Callable<Integer>> tasks = List.of(one(1), one(2), one(3));
      List<Integer> values = new ArrayList<>();
      for (Future<Integer> each : pool.invokeAll(tasks)) {
        values.add(each.get());
      }
      assertThat(values).containsExactly(1, 2, 3);
      assertThat(pool.invokeAny(tasks)).isBetween(1, 3);
      assertThatThrownBy(() -> pool.execute(new CountDownLatch(1)::countDown))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be serialisable");
    }
  }

  private static Callable<Integer> one(int value) {
    return (Callable<Integer> & Serializable) () -> value;
  }

  @Test
  void callsBackWhenATaskIsDone() throws Exception {
    new TestLoop("auto")
        .run(
            () -> {
              try (ProcessPool pool = new ProcessPool(1)) {
                var done = new dev.loomlet.AsyncResult<Integer>();
                pool.submit(() -> 3).addDoneCallback(each -> done.set(each.result().value()));
                assertThat(done.get()).isEqualTo(3);
              }
            });
  }

  @Test
  void takesMessagesOfMegabytes() throws Exception {
    try (ProcessPool pool = new ProcessPool(1)) {
      byte[] large = new byte[20 << 20];
      large[large.length - 1] = 7;
      byte[] back = pool.submit(() -> large).get(60, TimeUnit.SECONDS);
      assertThat(back).hasSize(large.length).endsWith(7);
    }
  }

  @Test
  void saysHowToRaiseTheLimitOfMessages() throws Exception {
    ProcessOptions narrow = ProcessOptions.defaults().withMaxMessage(10_000);
    try (ProcessPool pool = new ProcessPool(PoolOptions.of(1).withProcess(narrow))) {
      byte[] large = new byte[20_000];
      assertThatThrownBy(() -> pool.submit(() -> large.length).get())
          .cause()
          .hasMessageContaining("ProcessOptions.withMaxMessage");
      assertThatThrownBy(() -> pool.submit(() -> new byte[20_000]).get())
          .cause()
          .hasMessageContaining("ProcessOptions.withMaxMessage");
    }
  }

  @Test
  void refusesSizesThatMakeNoSense() {
    assertThatThrownBy(() -> new ProcessPool(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PoolOptions.of(1).withSpares(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PoolOptions.of(1).withMaxTasksPerChild(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PoolOptions.of(1).withTaskTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void leavesNoDescriptorAndNoProcess() throws Exception {
    try (ProcessPool pool = new ProcessPool(1)) {
      pool.submit(() -> 1).get();
    }
    long descriptors = Descriptors.open();
    for (int i = 0; i < 3; i++) {
      try (ProcessPool pool = new ProcessPool(1)) {
        pool.submit(() -> 1).get();
      }
    }
    await().atMost(LONG).until(() -> Descriptors.open() <= descriptors);
  }
}
