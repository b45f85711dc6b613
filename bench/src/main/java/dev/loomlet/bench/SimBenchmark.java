package dev.loomlet.bench;

import dev.loomlet.sim.Fault;
import dev.loomlet.sim.SimMain;
import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.SimResult;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.Swarm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/** How fast simulations run: their steps, their time, their seeds. */
final class SimBenchmark implements Benchmark {
  private static final int SEEDS = 1000;
  private static final Duration CHAT = Duration.ofSeconds(200);
  private static final Duration SOAK = Duration.ofHours(24);

  @Override
  public String title() {
    return "steps, time and seeds of simulations";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "sim",
            "Each once without looking, then "
                + options.rounds()
                + " times; median (least-greatest). Steps: ten greenlets that yield. Chat: 100"
                + " hosts, each sends a neighbour 10 messages a second over a connection and gets"
                + " answers. Seeds: an echo server and three clients under partitions, latency,"
                + " loss, resets, half-open connections and crashes, on as many threads as there"
                + " are processors. Soak: requests of four clients, one each 100 ms, for 24"
                + " hours.");
    row(report, progress, options, "million steps a second", () -> steps() / 1e6);
    row(report, progress, options, "100 hosts chat, simulated s a second", SimBenchmark::chat);
    row(report, progress, options, "1,000 seeds under faults, s", SimBenchmark::seeds);
    row(report, progress, options, "24 h of soak, s", SimBenchmark::soak);
    return report;
  }

  private static void row(
      Report report,
      Consumer<String> progress,
      BenchOptions options,
      String what,
      Callable<Double> measure)
      throws Exception {
    progress.accept(what);
    measure.call();
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < options.rounds(); i++) {
      values.add(measure.call());
    }
    Map<String, Object> cells = Report.cells();
    cells.put("what", what);
    cells.put("figure", Spread.of(values));
    report.row(cells);
  }

  private static double secondsOf(Callable<?> code) throws Exception {
    long start = System.nanoTime();
    code.call();
    return (System.nanoTime() - start) / 1e9;
  }

  private static double steps() throws Exception {
    SimOptions options = SimOptions.defaults().withStepLimit(Long.MAX_VALUE);
    SimResult[] result = new SimResult[1];
    double seconds =
        secondsOf(() -> result[0] = Simulation.run(1, options, SimPrograms.yielding(300_000)));
    return result[0].steps() / seconds;
  }

  private static double chat() throws Exception {
    SimMain program = SimPrograms.chat(100, CHAT);
    return CHAT.toSeconds() / secondsOf(() -> Simulation.run(1, program));
  }

  private static double seeds() throws Exception {
    SimOptions options =
        SimOptions.defaults()
            .withSwarm(
                Swarm.of(
                    Fault.PARTITION,
                    Fault.LATENCY,
                    Fault.LOSS,
                    Fault.RESET,
                    Fault.HALF_OPEN,
                    Fault.CRASH));
    int threads = Runtime.getRuntime().availableProcessors();
    return secondsOf(
        () -> {
          List<FutureTask<?>> tasks = new ArrayList<>();
          for (int i = 0; i < threads; i++) {
            long first = (long) i * SEEDS / threads;
            int count = (int) ((i + 1L) * SEEDS / threads - first);
            FutureTask<?> task =
                new FutureTask<>(
                    () -> Simulation.runAll(first, count, options, SimPrograms::echoUnderFaults),
                    null);
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
          }
          for (FutureTask<?> each : tasks) {
            await(each);
          }
          return null;
        });
  }

  private static void await(FutureTask<?> task) throws InterruptedException {
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static double soak() throws Exception {
    SimOptions options = SimOptions.defaults().withTimeLimit(SOAK.plusHours(1));
    return secondsOf(() -> Simulation.run(1, options, SimPrograms.soak(SOAK)));
  }
}
