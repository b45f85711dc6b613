package dev.loomlet.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import dev.loomlet.agent.Patch;
import dev.loomlet.agent.PatchOptions;
import dev.loomlet.agent.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program that knows nothing of Loomlet on one loop, and on the JDK's own virtual threads.
 */
final class Proof {
  /** So many calls at once. */
  static final int CALLS = 1_000;

  /** No step may hold the loop longer. */
  static final long MOST_NANOS = 50_000_000;

  /**
   * Code that holds the loop does so each time. What the compiler, loading of classes and the
   * machine's other guests do, they do not.
   */
  static final int ROUNDS = 3;

  /** Whether threads that are started on the loop become greenlets, too. */
  static final boolean THREADS = Boolean.getBoolean("loomlet.compat.threads");

  private static final Duration PATIENCE = Duration.ofSeconds(100);

  static {
    Patch.install(THREADS ? PatchOptions.all().with(Topic.THREADS) : PatchOptions.all());
  }

  private Proof() {}

  /** Java as anybody writes it. */
  @FunctionalInterface
  interface Program<T> {
    /**
     * Runs.
     *
     * @param here runs tasks beside the caller, for servers that want such a thing
     */
    T run(Executor here) throws Exception;
  }

  /** One of many calls. */
  @FunctionalInterface
  interface Call<T> {
    T make(int number) throws Exception;
  }

  /** Makes {@link #CALLS} calls at once, each on a virtual thread; the results are in order. */
  static <T> List<T> callAtOnce(Call<? extends T> call) throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> calls = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        int number = i;
        calls.add(executor.submit(() -> call.make(number)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : calls) {
        results.add(each.get());
      }
      return results;
    }
  }

  /**
   * Runs a program on the JDK's virtual threads, by which it is also warmed up, and on a loop, and
   * asserts that its result is right each time and that it does not hold the loop.
   */
  static <T> void hold(String name, T expected, Program<? extends T> program) throws Exception {
    long begin = System.nanoTime();
    assertThat((T) onVirtualThreads(program)).as("on virtual threads").isEqualTo(expected);
    long jdk = System.nanoTime() - begin;
    long least = Long.MAX_VALUE;
    for (int round = 1; least > MOST_NANOS && round <= ROUNDS; round++) {
      Steps[] steps = new Steps[1];
      begin = System.nanoTime();
      T result = onLoop(program, steps);
      long loop = System.nanoTime() - begin;
      assertThat(result).as("on a loop").isEqualTo(expected);
      least = Math.min(least, steps[0].longestNanos());
      System.out.printf(
          "%s: virtual threads %d ms, loop %d ms, longest of %,d steps %.1f ms%n",
          name, jdk / 1_000_000, loop / 1_000_000, steps[0].count(), least / 1e6);
    }
    assertThat(least).as("nanoseconds for which a step held the loop").isLessThan(MOST_NANOS);
  }

  private static <T> T onVirtualThreads(Program<T> program) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                return program.run(executor);
              }
            });
    Thread.ofVirtual().start(task);
    return task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static <T> T onLoop(Program<T> program, Steps[] steps) throws Exception {
    LoopOptions options = LoopOptions.defaults().withPolicy(() -> steps[0] = new Steps());
    return Loomlet.run(
        options, () -> Loomlet.withTimeout(PATIENCE, () -> program.run(Loop.current())));
  }
}
