package dev.loomlet.bench;

import dev.loomlet.sched.Policies;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** What it costs to decide who runs next, by each policy, against first in, first out. */
final class PolicyBenchmark implements Benchmark {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private final List<String> policies;

  PolicyBenchmark() {
    List<String> all = new ArrayList<>(Policies.names());
    all.remove(PolicyCosts.REFERENCE);
    all.add(all.indexOf("priority") + 1, PolicyCosts.AGEING);
    this.policies = List.copyOf(all);
  }

  PolicyBenchmark(List<String> policies) {
    this.policies = policies;
  }

  @Override
  public String title() {
    return "deciding who runs next, by each policy, against first in, first out";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "policy",
            "Decision: take the next of "
                + PolicyCosts.READY
                + " ready steps and put it back. Switch: "
                + PolicyCosts.GREENLETS
                + " greenlets let each other run on a loop, which reads the clock for those"
                + " policies that ask how long steps took (sjf, rr, mlfq). Each policy in a JVM of"
                + " its own, in turn with first in, first out; nanoseconds, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    BarChart chart =
        new BarChart("A decision", "nanoseconds more than first in, first out; less is better");
    for (String policy : policies) {
      progress.accept(policy);
      Map<String, List<Double>> costs = inChild(policy, options);
      Map<String, Object> cells = Report.cells();
      cells.put("policy", policy);
      for (String what : PolicyCosts.WHAT) {
        List<Double> own = Objects.requireNonNull(costs.get(what + " " + policy));
        List<Double> fifo = Objects.requireNonNull(costs.get(what + " " + PolicyCosts.REFERENCE));
        List<Double> more = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
          more.add(own.get(i) - fifo.get(i));
        }
        cells.put(what, Spread.of(own));
        cells.put(what + ", fifo", Spread.of(fifo));
        cells.put(what + ", more", Spread.of(more));
      }
      report.row(cells);
      Spread more = (Spread) Objects.requireNonNull(cells.get(PolicyCosts.DECISION + ", more"));
      chart.add(policy, Math.max(0, more.median()));
    }
    if (options.chart() != null) {
      chart.writeSvg(options.chart());
    }
    return report;
  }

  private static Map<String, List<Double>> inChild(String policy, BenchOptions options)
      throws IOException {
    List<String> command =
        JavaCommand.of(
            PolicyCosts.class.getName(),
            List.of(),
            policy,
            Long.toString(options.seconds().toNanos()),
            Integer.toString(options.rounds()));
    Map<String, List<Double>> costs = new LinkedHashMap<>();
    Command.run(null, TIMEOUT, command)
        .lines()
        .forEach(
            line -> {
              int last = line.lastIndexOf(' ');
              costs
                  .computeIfAbsent(line.substring(0, last), _ -> new ArrayList<>())
                  .add(Double.valueOf(line.substring(last + 1)));
            });
    return costs;
  }
}
