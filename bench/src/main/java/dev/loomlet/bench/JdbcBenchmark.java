package dev.loomlet.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Many JDBC queries at once by a few pooled connections, on the JDK's virtual threads and under
 * {@code loomlet run}.
 */
final class JdbcBenchmark implements Benchmark {
  private static final int CALLERS = 1000;
  private static final int POOL = 16;
  private static final Duration WARM_UP = Duration.ofSeconds(8);

  /** How a program did in all rounds. */
  private record Results(List<Double> millis, List<Double> cpuMicros) {
    static Results none() {
      return new Results(new ArrayList<>(), new ArrayList<>());
    }
  }

  private final Duration warmUp;
  private final int callers;

  JdbcBenchmark() {
    this(WARM_UP, CALLERS);
  }

  JdbcBenchmark(Duration warmUp, int callers) {
    this.warmUp = warmUp;
    this.callers = callers;
  }

  @Override
  public String title() {
    return "a thousand JDBC queries at once by 16 connections, with and without loomlet run";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    PeerJars.require("HikariCP");
    if (ProcessSample.of(ProcessHandle.current().pid()).isEmpty()) {
      throw new UnmeasurableException("only Linux tells the processor time of other processes");
    }
    try (Database database = Database.start()) {
      Report report =
          new Report(
              "jdbc",
              callers
                  + " queries at once by "
                  + POOL
                  + " connections of HikariCP to "
                  + database.name()
                  + ", a virtual thread for each, again and again; the same program on the JDK's"
                  + " virtual threads and under loomlet run, in turn for "
                  + options.seconds().toMillis() / 1000.0
                  + " s, "
                  + options.rounds()
                  + " rounds; time for all of them, processor time of the program for each; ratios"
                  + " to the former in the same round; medians (least-greatest).");
      Map<String, Results> results = measure(database, options, progress);
      Results base = Objects.requireNonNull(results.get(PairedPrograms.DEFAULT));
      results.forEach(
          (name, found) -> {
            Map<String, Object> cells = Report.cells();
            cells.put("queries", name);
            cells.put("time_ratio", PairedPrograms.ratio(found.millis(), base.millis()));
            cells.put("cpu_ratio", PairedPrograms.ratio(found.cpuMicros(), base.cpuMicros()));
            cells.put("ms", Spread.of(found.millis()));
            cells.put("cpu_us", Spread.of(found.cpuMicros()));
            report.row(cells);
          });
      return report;
    }
  }

  private Map<String, Results> measure(
      Database database, BenchOptions options, Consumer<String> progress) throws Exception {
    Map<String, Dialogue> programs = new LinkedHashMap<>();
    Map<String, Results> results = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, List<String>> each :
          PairedPrograms.commands(
                  options,
                  "JdbcCrowd.java",
                  database.url(),
                  database.user(),
                  Integer.toString(POOL))
              .entrySet()) {
        String name = each.getKey();
        progress.accept("warming up " + name);
        Dialogue program = new Dialogue(each.getValue());
        programs.put(name, program);
        results.put(name, Results.none());
        ask(program, warmUp);
      }
      List<String> order = new ArrayList<>(programs.keySet());
      for (int round = 1; round <= options.rounds(); round++) {
        progress.accept("round " + round + " of " + options.rounds());
        for (String name : round % 2 == 1 ? order : order.reversed()) {
          Dialogue program = Objects.requireNonNull(programs.get(name));
          visit(program, options.seconds(), Objects.requireNonNull(results.get(name)));
        }
      }
    } finally {
      programs.values().forEach(Dialogue::close);
    }
    return results;
  }

  private void visit(Dialogue program, Duration time, Results results) throws IOException {
    ProcessSample before = sample(program);
    Map<?, ?> answer = ask(program, time);
    ProcessSample used = sample(program).minus(before);
    double batches = Json.number(answer, "batches");
    results.millis().add(Json.number(answer, "seconds") * 1e3 / batches);
    results.cpuMicros().add(used.cpuNanos() / 1e3 / (batches * callers));
  }

  private Map<?, ?> ask(Dialogue program, Duration time) throws IOException {
    Map<?, ?> answer = program.ask("run " + callers + " " + time.toNanos() / 1e9);
    if (Json.number(answer, "wrong") > 0) {
      throw new IOException("queries failed: " + answer);
    }
    return answer;
  }

  private static ProcessSample sample(Dialogue program) throws IOException {
    return ProcessSample.of(program.pid())
        .orElseThrow(() -> new IOException("a program has ended"));
  }
}
