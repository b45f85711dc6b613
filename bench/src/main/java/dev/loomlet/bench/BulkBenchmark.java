package dev.loomlet.bench;

import dev.loomlet.bench.peers.LoomletBulkReceiver;
import dev.loomlet.bench.peers.LoomletBulkSender;
import dev.loomlet.engine.Engines;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Much data one way over loopback, in writes of 64 KiB, against blocking calls in C.
 *
 * <p>The machine may change its speed within a second, and two programs in C then differ from
 * themselves by a factor of two. So a line is compared with that in C within hundredths of a
 * second, many times to and fro, on connections that stay open; and a second line in C tells how
 * far the same thing differs from itself.
 */
final class BulkBenchmark implements Benchmark {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final String C = "C";

  /** How long a JVM is warmed up at least. */
  private final Duration jvmWarmUp;

  /** What came out for one line, a value for each round. */
  private static final class Results {
    final List<Double> ratios = new ArrayList<>();
    final List<Double> mibPerSecond = new ArrayList<>();
    final List<Double> sendNanos = new ArrayList<>();
    final List<Double> receiveNanos = new ArrayList<>();
  }

  BulkBenchmark() {
    this(Duration.ofSeconds(4));
  }

  BulkBenchmark(Duration jvmWarmUp) {
    this.jvmWarmUp = jvmWarmUp;
  }

  @Override
  public String title() {
    return "much data one way in writes of 64 KiB, throughput against C";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    if (ProcessSample.of(ProcessHandle.current().pid()).isEmpty()) {
      throw new UnmeasurableException("only Linux tells the processor time of other processes");
    }
    EchoPlaces places = EchoPlaces.here();
    if (places.natives() == null) {
      throw new UnmeasurableException(places.withoutC());
    }
    Report report = new Report("bulk", method(options));
    if (places.serverProcessor() == places.loadProcessor()) {
      report.note("with a single processor sender and receiver disturb each other");
    }
    List<AutoCloseable> processes = new ArrayList<>();
    try {
      BulkLine reference = inC(places, processes);
      Map<String, BulkLine> lines = new LinkedHashMap<>();
      lines.put("C to C, another", inC(places, processes));
      for (String engine : engines(options, report)) {
        Dialogue from = sender(engine, places, processes);
        ServerProcess to = receiver(engine, places, processes);
        lines.put(engine + " to C", new BulkLine(from, receiver(C, places, processes)));
        lines.put("C to " + engine, new BulkLine(sender(C, places, processes), to));
        lines.put(engine + " to " + engine, new BulkLine(from, to));
      }
      Map<String, Results> results = visit(reference, lines, options, report, progress);
      addRows(report, results, options);
    } finally {
      for (AutoCloseable each : processes) {
        each.close();
      }
    }
    return report;
  }

  /** Programs of its own: who is not used is stopped, and the reference always is. */
  private static BulkLine inC(EchoPlaces places, List<AutoCloseable> processes) throws IOException {
    return new BulkLine(sender(C, places, processes), receiver(C, places, processes));
  }

  private static String method(BenchOptions options) {
    return "One connection over loopback, 64 KiB a write, sender on one processor and receiver on"
        + " another; 1,000 writes, until the receiver has confirmed every byte, are compared with"
        + " as many right before or after them by two programs in C with blocking calls, to and"
        + " fro for "
        + options.seconds().toMillis() / 1000.0
        + " s, whose median is a round's; "
        + options.rounds()
        + " rounds; ratio of the throughput; processor time in nanoseconds for each KiB; medians"
        + " (least-greatest) of the rounds.";
  }

  private Map<String, Results> visit(
      BulkLine reference,
      Map<String, BulkLine> lines,
      BenchOptions options,
      Report report,
      Consumer<String> progress)
      throws UnmeasurableException {
    Map<String, Results> results = new LinkedHashMap<>();
    lines.values().forEach(BulkLine::pause);
    for (Map.Entry<String, BulkLine> each : lines.entrySet()) {
      progress.accept("warming up " + each.getKey());
      results.put(each.getKey(), new Results());
      Duration time = each.getKey().startsWith("C to C") ? options.seconds() : warmUp(options);
      attempt(each.getKey(), report, results, () -> warmUp(each.getValue(), time));
    }
    List<String> order = List.copyOf(lines.keySet());
    for (int round = 1; round <= options.rounds(); round++) {
      progress.accept("round " + round + " of " + options.rounds());
      for (String each : round % 2 == 1 ? order : order.reversed()) {
        Results found = results.get(each);
        if (found != null) {
          BulkLine line = Objects.requireNonNull(lines.get(each));
          attempt(each, report, results, () -> compare(reference, line, options.seconds(), found));
        }
      }
    }
    return results;
  }

  private interface Step {
    void take() throws IOException;
  }

  /** Does something with a line; if it fails, that is told, and the line takes part no more. */
  private static void attempt(String name, Report report, Map<String, Results> results, Step step) {
    try {
      step.take();
    } catch (IOException e) {
      results.remove(name);
      report.missing(name, String.valueOf(e.getMessage()));
    }
  }

  private Duration warmUp(BenchOptions options) {
    return jvmWarmUp.compareTo(options.seconds()) > 0 ? jvmWarmUp : options.seconds();
  }

  private static void warmUp(BulkLine line, Duration time) throws IOException {
    line.resume();
    try {
      line.warmUp(time);
    } finally {
      line.pause();
    }
  }

  /**
   * Compares them until the line has been at work for a time. Each is the first one in turn.
   *
   * @param results to which the round's are added
   */
  private static void compare(BulkLine reference, BulkLine line, Duration time, Results results)
      throws IOException {
    List<Double> ratios = new ArrayList<>();
    List<Double> speeds = new ArrayList<>();
    line.resume();
    try {
      // What they need is not in the processor's caches any more.
      BulkLine.Transfer _ = reference.transfer();
      BulkLine.Transfer _ = line.transfer();
      BulkLine.Used before = line.used();
      double left = time.toNanos() / 1e9;
      while (left > 0 || ratios.size() % 2 == 1) {
        boolean referenceFirst = ratios.size() % 2 == 0;
        BulkLine.Transfer first = (referenceFirst ? reference : line).transfer();
        BulkLine.Transfer second = (referenceFirst ? line : reference).transfer();
        BulkLine.Transfer subject = referenceFirst ? second : first;
        BulkLine.Transfer inC = referenceFirst ? first : second;
        left -= subject.seconds();
        ratios.add(subject.mibPerSecond() / inC.mibPerSecond());
        speeds.add(subject.mibPerSecond());
      }
      BulkLine.Used used = line.used().since(before);
      results.ratios.add(Spread.of(ratios).median());
      results.mibPerSecond.add(Spread.of(speeds).median());
      results.sendNanos.add(used.sendNanos());
      results.receiveNanos.add(used.receiveNanos());
    } finally {
      line.pause();
    }
  }

  private static List<String> engines(BenchOptions options, Report report) {
    List<String> wanted =
        options.engines().isEmpty() ? EchoServers.usualEngines() : options.engines();
    List<String> usable = new ArrayList<>();
    for (String each : wanted) {
      if (!EchoServers.engines().contains(each)) {
        throw new IllegalArgumentException(
            "there is no engine '" + each + "'; choose among " + EchoServers.engines());
      }
      String reason =
          Engines.all().stream()
              .filter(info -> info.name().equals(each) && !info.isAvailable())
              .map(info -> String.valueOf(info.unavailableReason()))
              .findFirst()
              .orElse("");
      if (reason.isEmpty()) {
        usable.add(each);
      } else {
        report.missing(each, reason);
      }
    }
    return usable;
  }

  /** Starts who receives: C, or Loomlet on an engine. */
  private static ServerProcess receiver(
      String party, EchoPlaces places, List<AutoCloseable> processes) throws IOException {
    List<String> command =
        party.equals(C)
            ? List.of(bulk(places), "receive", "0")
            : JavaCommand.of(LoomletBulkReceiver.class.getName(), on(party), "0");
    ServerProcess started =
        ServerProcess.start(
            party, JavaCommand.pinned(places.serverProcessor(), command), START_TIMEOUT);
    processes.add(started);
    return started;
  }

  private static Dialogue sender(String party, EchoPlaces places, List<AutoCloseable> processes)
      throws IOException {
    List<String> command =
        party.equals(C)
            ? List.of(bulk(places), "send")
            : JavaCommand.of(LoomletBulkSender.class.getName(), on(party));
    Dialogue started = new Dialogue(JavaCommand.pinned(places.loadProcessor(), command));
    processes.add(started);
    return started;
  }

  private static String bulk(EchoPlaces places) {
    Path natives = Objects.requireNonNull(places.natives());
    return natives.resolve("bulk").toString();
  }

  private static List<String> on(String engine) {
    return List.of("-D" + Engines.PROPERTY + "=" + engine);
  }

  private static void addRows(Report report, Map<String, Results> results, BenchOptions options)
      throws IOException {
    BarChart chart =
        new BarChart(
            "Bulk transfer, 64 KiB a write", "throughput, times that of C; more is better");
    chart.reference(1);
    for (Map.Entry<String, Results> each : results.entrySet()) {
      Results found = each.getValue();
      Spread ratio = Spread.of(found.ratios);
      Map<String, Object> cells = Report.cells();
      cells.put("transfer", each.getKey());
      cells.put("ratio", ratio);
      cells.put("mib_per_s", Spread.of(found.mibPerSecond));
      cells.put("send_ns", Spread.of(found.sendNanos));
      cells.put("receive_ns", Spread.of(found.receiveNanos));
      report.row(cells);
      chart.add(each.getKey(), ratio.median());
    }
    if (options.chart() != null) {
      chart.writeSvg(options.chart());
    }
  }
}
