package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loomlet.process.ProcessOptions.Stream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are killed by others at any moment, while there is work. A system property makes
 * it more often than what fits into a build.
 */
@Timeout(300)
class UnderFireTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int TIMES = Integer.getInteger("loomlet.kills", 3);

  @TempDir Path folder;

  private static boolean isGone(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
  }

  @Test
  void aWorkerThatIsKilledTakesAtMostTheTaskWithItThatItRan() throws Exception {
    Random random = new Random(1);
    try (ProcessPool pool = new ProcessPool(PoolOptions.of(2).withSpares(1))) {
      int broken = 0;
      for (int round = 0; round < TIMES; round++) {
        // given
        long victim = pool.submit(() -> ProcessHandle.current().pid()).get();
        List<ProcessFuture<Integer>> futures = new ArrayList<>();
        int when = random.nextInt(3_000);
        for (int i = 0; i < 3_000; i++) {
          int number = i;
          futures.add(pool.submit(() -> number));
          if (i == when) {
            // when
            ProcessHandle.of(victim).ifPresent(ProcessHandle::destroyForcibly);
          }
        }
        // then
        for (int i = 0; i < futures.size(); i++) {
          try {
            assertThat(futures.get(i).get()).isEqualTo(i);
          } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(BrokenProcessPoolException.class);
            broken++;
          }
        }
        await().atMost(LONG).until(() -> isGone(victim) && pool.readyCount() >= 2);
      }
      assertThat(broken).isLessThanOrEqualTo(TIMES);
    }
  }

  /** What a parent is busy with that is about to be killed. */
  private static void workForEver(String file) throws Exception {
    ProcessOptions spares = ProcessOptions.defaults().withSpares(1);
    JavaProcess.startSpares(spares, LONG);
    try (ProcessPool pool = new ProcessPool(1)) {
      pool.submit(() -> 1).get();
      List<Long> pids =
          new ArrayList<>(ProcessHandle.current().children().map(ProcessHandle::pid).toList());
      Path unfinished = Path.of(file + ".new");
      Files.writeString(unfinished, String.join(" ", pids.stream().map(String::valueOf).toList()));
      Files.move(unfinished, Path.of(file));
      while (true) {
        pool.map(x -> x + 1, List.of(1, 2, 3));
      }
    }
  }

  @Test
  void nobodyOutlivesAParentThatIsKilledWhileItWorks() throws Exception {
    for (int round = 0; round < TIMES; round++) {
      Path file = folder.resolve("pids-" + round);
      String name = file.toString();
      ProcessOptions quiet =
          ProcessOptions.defaults().withErrors(Stream.DISCARD).withOutput(Stream.DISCARD);
      try (JavaProcess parent = JavaProcess.start(quiet, () -> workForEver(name))) {
        await().atMost(LONG).until(() -> Files.exists(file));
        parent.kill();
        parent.join();
      }
      for (String pid : Files.readString(file).split(" ")) {
        await().atMost(LONG).until(() -> isGone(Long.parseLong(pid)));
      }
    }
  }

  @Test
  void aParentThatIsKilledWhileItsChildEndsLeavesNoOrphan() throws Exception {
    // given a child in a shutdown hook that takes for ever
    Path file = folder.resolve("pid");
    String name = file.toString();
    try (JavaProcess parent =
        JavaProcess.start(
            () -> {
              JavaProcess.start(
                  () -> {
                    Runtime.getRuntime()
                        .addShutdownHook(
                            new Thread(
                                () -> {
                                  while (true) {
                                    Thread.onSpinWait();
                                  }
                                }));
                    Path unfinished = Path.of(name + ".new");
                    Files.writeString(unfinished, "" + ProcessHandle.current().pid());
                    Files.move(unfinished, Path.of(name));
                    System.exit(0);
                  });
              while (true) {
                Thread.sleep(1_000);
              }
            })) {
      await().atMost(LONG).until(() -> Files.exists(file));

      // when
      parent.kill();
      parent.join();
    }

    // then
    await().atMost(LONG).until(() -> isGone(Long.parseLong(Files.readString(file))));
  }

  @Test
  void aNumberThatIsGivenAgainIsAnotherProcess() {
    long own = ProcessIdentity.own();
    assertThat(ProcessIdentity.isAlive(own)).isTrue();
    // The same number, started at another time.
    assertThat(ProcessIdentity.isAlive(own + 2)).isFalse();
    assertThat(ProcessIdentity.pidOf(own + 2)).isEqualTo(ProcessIdentity.pidOf(own));
  }
}
