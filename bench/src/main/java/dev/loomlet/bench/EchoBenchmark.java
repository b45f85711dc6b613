package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Echo servers side by side: processor time for each request, against a server in C. */
final class EchoBenchmark implements Benchmark {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

  /** How long a JVM is warmed up at least. */
  private static final Duration JVM_WARM_UP = Duration.ofSeconds(5);

  /**
   * A server that takes part, and its load generator: each has one of its own because a process may
   * not have open as many files as all of them need together.
   */
  private record Guest(ServerProcess server, LoadControl control, boolean jvm) {
    String name() {
      return server.name();
    }

    void close() {
      control.close();
      server.close();
    }
  }

  /** How a server did in one visit. */
  private record Result(double cpuMicros, LoadControl.Visit visit) {}

  private final Duration jvmWarmUp;

  EchoBenchmark() {
    this(JVM_WARM_UP);
  }

  EchoBenchmark(Duration jvmWarmUp) {
    this.jvmWarmUp = jvmWarmUp;
  }

  @Override
  public String title() {
    return "echo servers side by side, processor time for each request against C";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    if (ProcessSample.of(ProcessHandle.current().pid()).isEmpty()) {
      throw new UnmeasurableException("only Linux tells the processor time of other processes");
    }
    Path natives = null;
    String noNatives = "";
    try {
      natives = Natives.build();
    } catch (UnmeasurableException e) {
      noNatives = Objects.requireNonNull(e.getMessage());
    }
    String reference = natives == null ? EchoServers.REFERENCE_WITHOUT_C : EchoServers.REFERENCE;
    Report report =
        new Report(
            "echo",
            "64 bytes there, upper-cased back, each connection waits for its reply before it asks"
                + " again; all servers up at once on one processor, the load generators,"
                + " which check every reply, on another; visited in turn for "
                + options.seconds().toMillis() / 1000.0
                + " s, "
                + options.rounds()
                + " rounds; processor time of the whole server process for each request; ratio to "
                + reference
                + " of the same round; medians (least-greatest).");
    if (natives == null) {
      report.missing("load generator in C", noNatives + "; one in Java stands in");
    }
    List<Integer> processors = Machine.processors();
    if (processors.size() < 2) {
      report.note("with a single processor the load generator disturbs the servers");
    }
    int serverProcessor = processors.isEmpty() ? 0 : processors.getFirst();
    int loadProcessor = processors.size() < 2 ? serverProcessor : processors.get(1);
    List<String> load =
        natives == null
            ? JavaCommand.of(EchoLoad.class.getName(), List.of())
            : List.of(natives.resolve("load").toString(), "--control");
    Map<String, Guest> guests = new LinkedHashMap<>();
    try {
      for (EchoServer each : chosen(EchoServers.all(natives), options.peers(), reference)) {
        if (each.command().isEmpty()) {
          report.missing(each.name(), each.missing());
          continue;
        }
        try {
          List<String> command = JavaCommand.pinned(serverProcessor, each.command());
          ServerProcess server = ServerProcess.start(each.name(), command, START_TIMEOUT);
          LoadControl control = new LoadControl(JavaCommand.pinned(loadProcessor, load));
          guests.put(each.name(), new Guest(server, control, each.jvm()));
        } catch (IOException e) {
          report.missing(each.name(), String.valueOf(e.getMessage()));
        }
      }
      if (!guests.containsKey(reference)) {
        throw new UnmeasurableException("the reference is missing: " + report.missing());
      }
      GroupedBarChart chart =
          new GroupedBarChart(
              "Upper-casing echo, 64 bytes",
              "processor time for each request, times that of " + reference + "; less is better");
      chart.reference(1);
      for (int i = 0; i < options.connections().size(); i++) {
        int connections = options.connections().get(i);
        Duration warmUp = i == 0 ? jvmWarmUp : options.seconds();
        Map<String, List<Result>> results =
            visit(guests.values(), connections, warmUp, options, report, progress);
        addRows(report, results, connections, reference, chart);
      }
      if (options.chart() != null) {
        chart.highlight("loomlet-epoll").highlight("loomlet-array").writeSvg(options.chart());
      }
    } finally {
      guests.values().forEach(Guest::close);
    }
    return report;
  }

  private static List<EchoServer> chosen(
      Map<String, Supplier<EchoServer>> all, List<String> names, String reference) {
    for (String name : names) {
      if (!all.containsKey(name)) {
        throw new IllegalArgumentException(
            "there is no server '" + name + "'; there are " + String.join(", ", all.keySet()));
      }
    }
    List<EchoServer> chosen = new ArrayList<>();
    all.forEach(
        (name, server) -> {
          if (names.isEmpty() || names.contains(name) || name.equals(reference)) {
            chosen.add(server.get());
          }
        });
    return chosen;
  }

  /** All rounds at one number of connections. */
  private static Map<String, List<Result>> visit(
      Collection<Guest> guests,
      int connections,
      Duration warmUp,
      BenchOptions options,
      Report report,
      Consumer<String> progress)
      throws IOException {
    Map<String, List<Result>> results = new LinkedHashMap<>();
    List<Guest> ready = new ArrayList<>();
    for (Guest guest : guests) {
      String name = guest.name();
      progress.accept(connections + " connections: opening and warming up " + name);
      try {
        guest.control().open(name, guest.server().port(), connections);
        if (guest.jvm() && warmUp.compareTo(options.seconds()) > 0) {
          guest.control().run(name, warmUp);
          // Frames that were interpreted when a connection began would stay below all others as
          // long
          // as it lasts, and would slow down every switch to its thread.
          guest.control().close(name);
          guest.control().open(name, guest.server().port(), connections);
        }
        guest.control().run(name, options.seconds());
        results.put(name, new ArrayList<>());
        ready.add(guest);
      } catch (IOException e) {
        report.missing(
            name + " with " + connections + " connections", String.valueOf(e.getMessage()));
      }
    }
    for (int round = 1; round <= options.rounds(); round++) {
      progress.accept(connections + " connections: round " + round + " of " + options.rounds());
      for (Guest guest : round % 2 == 1 ? ready : ready.reversed()) {
        ProcessSample before = guest.server().sample();
        LoadControl.Visit visit = guest.control().run(guest.name(), options.seconds());
        ProcessSample used = guest.server().sample().minus(before);
        if (visit.wrong() > 0) {
          report.note(
              guest.name()
                  + " lost connections or replied wrongly with "
                  + connections
                  + " connections");
        }
        Objects.requireNonNull(results.get(guest.name()))
            .add(new Result(used.cpuNanos() / 1e3 / Math.max(1, visit.requests()), visit));
      }
    }
    for (Guest guest : ready) {
      guest.control().close(guest.name());
    }
    return results;
  }

  private static void addRows(
      Report report,
      Map<String, List<Result>> results,
      int connections,
      String reference,
      GroupedBarChart chart) {
    List<Result> base = results.get(reference);
    Map<String, @Nullable Spread> ratios = new HashMap<>();
    results.forEach((name, found) -> ratios.put(name, base == null ? null : ratio(found, base)));
    List<String> names = new ArrayList<>(results.keySet());
    names.sort(Comparator.comparingDouble(name -> median(ratios.get(name))));
    for (String name : names) {
      List<Result> found = Objects.requireNonNull(results.get(name));
      Map<String, Object> cells = Report.cells();
      cells.put("connections", connections);
      cells.put("server", name);
      Spread ratio = ratios.get(name);
      if (ratio != null) {
        cells.put("ratio", ratio);
        chart.add(name, connections + " connections", ratio.median());
      }
      cells.put("cpu_us", Spread.of(found.stream().map(Result::cpuMicros).toList()));
      cells.put(
          "requests_per_s",
          Spread.of(found.stream().map(each -> each.visit().perSecond()).toList()).median());
      cells.put(
          "p50_us", Spread.of(found.stream().map(each -> each.visit().p50()).toList()).median());
      cells.put(
          "p99_us", Spread.of(found.stream().map(each -> each.visit().p99()).toList()).median());
      report.row(cells);
    }
  }

  private static double median(@Nullable Spread ratio) {
    return ratio == null ? 0 : ratio.median();
  }

  private static Spread ratio(List<Result> found, List<Result> base) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      ratios.add(found.get(i).cpuMicros() / base.get(i).cpuMicros());
    }
    return Spread.of(ratios);
  }
}
