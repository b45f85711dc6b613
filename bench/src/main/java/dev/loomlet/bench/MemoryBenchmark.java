package dev.loomlet.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** What a greenlet that waits takes. */
final class MemoryBenchmark implements Benchmark {
  private static final int MILLION = 1_000_000;
  private static final int MOST_ROUNDS = 3;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private final int count;
  private final List<String> waits;

  MemoryBenchmark() {
    this(MILLION, List.of("park", "sleep"));
  }

  MemoryBenchmark(int count, List<String> waits) {
    this.count = count;
    this.waits = waits;
  }

  @Override
  public String title() {
    return "bytes for each of a million waiting greenlets, against virtual threads";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    if (ProcessSample.of(ProcessHandle.current().pid()).isEmpty()) {
      throw new UnmeasurableException("only Linux tells how much memory a process uses");
    }
    int rounds = Math.min(options.rounds(), MOST_ROUNDS);
    Report report =
        new Report(
            "memory",
            "Growth of resident memory after a collection, divided by "
                + String.format(Locale.ROOT, "%,d", count)
                + " that wait; a JVM of its own for each figure, greenlets with build/jvm.args,"
                + " virtual threads with the JDK's defaults; median of "
                + rounds
                + " rounds (least-greatest).");
    Map<String, List<Double>> bytes = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      progress.accept("round " + round + " of " + rounds);
      for (String wait : waits) {
        for (String kind : new String[] {"virtual", "greenlet"}) {
          bytes
              .computeIfAbsent(kind + ", " + wait, _ -> new ArrayList<>())
              .add(bytesEach(kind, wait));
        }
      }
    }
    BarChart chart = new BarChart("A waiting thread", "bytes each; less is better");
    for (Map.Entry<String, List<Double>> entry : bytes.entrySet()) {
      String reference = entry.getKey().replace("greenlet", "virtual");
      List<Double> base = Objects.requireNonNull(bytes.get(reference));
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < base.size(); i++) {
        ratios.add(entry.getValue().get(i) / base.get(i));
      }
      Map<String, Object> cells = Report.cells();
      cells.put("waiting", entry.getKey());
      cells.put("bytes", Spread.of(entry.getValue()));
      cells.put("ratio", Spread.of(ratios));
      report.row(cells);
      chart.add(entry.getKey(), Math.max(0, Spread.of(entry.getValue()).median()));
      if (entry.getKey().startsWith("greenlet")) {
        chart.highlight(entry.getKey());
      }
    }
    if (options.chart() != null) {
      chart.writeSvg(options.chart());
    }
    return report;
  }

  private double bytesEach(String kind, String wait) throws IOException {
    String program = ParkedThreads.class.getName();
    String number = Integer.toString(count);
    List<String> command =
        kind.equals("greenlet")
            ? JavaCommand.of(program, List.of(), kind, wait, number)
            : JavaCommand.plain(program, List.of(), kind, wait, number);
    return Double.parseDouble(Command.run(null, TIMEOUT, command).strip());
  }
}
