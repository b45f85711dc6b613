package dev.loomlet.bench;

import dev.loomlet.Loop;
import dev.loomlet.LoopGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How long it takes from another thread into a greenlet of a loop that sleeps. */
final class SubmitBenchmark implements Benchmark {
  private static final long PAUSE_NANOS = 100_000;

  /** What one submission takes together with its pause, roughly. */
  private static final long EACH_NANOS = 200_000;

  private static final int FEWEST = 50;

  /**
   * Times of one round.
   *
   * @param p50 median in microseconds
   * @param p99 the time that one in a hundred takes longer than
   */
  private record Times(double p50, double p99) {
    static Times of(long[] nanos) {
      long[] sorted = nanos.clone();
      Arrays.sort(sorted);
      return new Times(sorted[sorted.length / 2] / 1e3, sorted[sorted.length * 99 / 100] / 1e3);
    }
  }

  @Override
  public String title() {
    return "from another thread into a sleeping loop, against an eventfd in C";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "submit",
            "From before Loop.execute on one thread to the first line of the greenlet on another,"
                + " whose loop has slept for at least 0.1 ms; in C, two threads ring eventfds; in"
                + " turn, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Path pingPong = null;
    try {
      pingPong = Natives.build().resolve("eventfd_pingpong");
    } catch (UnmeasurableException e) {
      report.missing("eventfd in C", String.valueOf(e.getMessage()));
    }
    int samples = (int) Math.max(FEWEST, options.seconds().toNanos() / EACH_NANOS);
    List<Times> trips = new ArrayList<>();
    List<Times> oneWays = new ArrayList<>();
    List<Times> submissions = new ArrayList<>();
    try (LoopGroup group = LoopGroup.start(1)) {
      Loop loop = group.loop(0);
      submit(loop, 2 * samples);
      for (int round = 0; round < options.rounds(); round++) {
        if (pingPong != null) {
          ring(pingPong, samples, trips, oneWays);
        }
        submissions.add(submit(loop, samples));
      }
    }
    if (pingPong != null) {
      addRow(report, "eventfd, there and back, C", trips, trips);
      addRow(report, "eventfd and epoll, one way, C", oneWays, trips);
    }
    addRow(report, "Loop.execute, one way", submissions, pingPong == null ? null : trips);
    return report;
  }

  private static Times submit(Loop loop, int samples) throws InterruptedException {
    long[] nanos = new long[samples];
    Semaphore done = new Semaphore(0);
    for (int i = 0; i < samples; i++) {
      int number = i;
      LockSupport.parkNanos(PAUSE_NANOS);
      long start = System.nanoTime();
      loop.execute(
          () -> {
            nanos[number] = System.nanoTime() - start;
            done.release();
          });
      done.acquire();
    }
    return Times.of(nanos);
  }

  private static void ring(Path program, int samples, List<Times> trips, List<Times> oneWays)
      throws Exception {
    Map<?, ?> found =
        Json.readObject(
            Command.run(
                null,
                Duration.ofMinutes(2),
                List.of(
                    program.toString(),
                    "--wait",
                    "epoll",
                    "--pause-us",
                    Long.toString(PAUSE_NANOS / 1000),
                    "--rounds",
                    Integer.toString(samples))));
    trips.add(times(found, "round_trip"));
    oneWays.add(times(found, "one_way"));
  }

  private static Times times(Map<?, ?> found, String name) {
    return new Times(
        Json.number(found, name + "_p50_ns") / 1e3, Json.number(found, name + "_p99_ns") / 1e3);
  }

  private static void addRow(
      Report report, String name, List<Times> times, @Nullable List<Times> reference) {
    Map<String, Object> cells = Report.cells();
    cells.put("wake-up", name);
    cells.put("p50_us", Spread.of(times.stream().map(Times::p50).toList()));
    cells.put("p99_us", Spread.of(times.stream().map(Times::p99).toList()));
    if (reference != null) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < times.size(); i++) {
        ratios.add(times.get(i).p50() / reference.get(i).p50());
      }
      cells.put("ratio", Spread.of(ratios));
    }
    report.row(cells);
  }
}
