package dev.loomlet.bench;

import java.io.IOException;
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
  /** How long a JVM is warmed up at least. */
  private static final Duration JVM_WARM_UP = Duration.ofSeconds(5);

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
    EchoPlaces places = EchoPlaces.here();
    String reference =
        places.natives() == null ? EchoServers.REFERENCE_WITHOUT_C : EchoServers.REFERENCE;
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
    places.note(report);
    Map<String, EchoGuest> guests = new LinkedHashMap<>();
    try {
      for (EchoServer each : chosen(EchoServers.all(places.natives()), options, reference)) {
        if (each.command().isEmpty()) {
          report.missing(each.name(), each.missing());
          continue;
        }
        try {
          guests.put(each.name(), EchoGuest.start(each, places));
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
        Map<String, List<EchoGuest.Visit>> results =
            visit(guests.values(), connections, warmUp, options, report, progress);
        addRows(report, results, connections, reference, chart);
      }
      if (options.chart() != null) {
        guests.keySet().stream()
            .filter(name -> name.startsWith(EchoServers.LOOMLET))
            .forEach(chart::highlight);
        chart.writeSvg(options.chart());
      }
    } finally {
      guests.values().forEach(EchoGuest::close);
    }
    return report;
  }

  private static List<EchoServer> chosen(
      Map<String, Supplier<EchoServer>> all, BenchOptions options, String reference) {
    for (String name : options.peers()) {
      if (!all.containsKey(name)) {
        throw new IllegalArgumentException(
            "there is no server '" + name + "'; there are " + String.join(", ", all.keySet()));
      }
    }
    for (String name : options.engines()) {
      if (!EchoServers.engines().contains(name)) {
        throw new IllegalArgumentException(
            "there is no engine '" + name + "'; choose among " + EchoServers.engines());
      }
    }
    List<EchoServer> chosen = new ArrayList<>();
    all.forEach(
        (name, server) -> {
          if (name.equals(reference) || takesPart(name, options)) {
            chosen.add(server.get());
          }
        });
    return chosen;
  }

  /** Who only names engines wants them against C; who names nothing wants all but some engines. */
  private static boolean takesPart(String name, BenchOptions options) {
    if (options.peers().contains(name)
        || options.engines().stream().map(EchoServers::ofEngine).anyMatch(name::equals)) {
      return true;
    }
    if (!options.peers().isEmpty()) {
      return false;
    }
    if (!options.engines().isEmpty()) {
      return name.equals(EchoServers.SECOND_REFERENCE);
    }
    if (EchoServers.isUnusualRun(name)) {
      return false;
    }
    return EchoServers.usualEngines().stream().map(EchoServers::ofEngine).anyMatch(name::equals)
        || EchoServers.engines().stream().map(EchoServers::ofEngine).noneMatch(name::equals);
  }

  /** All rounds at one number of connections. */
  private static Map<String, List<EchoGuest.Visit>> visit(
      Collection<EchoGuest> guests,
      int connections,
      Duration warmUp,
      BenchOptions options,
      Report report,
      Consumer<String> progress)
      throws IOException {
    Map<String, List<EchoGuest.Visit>> results = new LinkedHashMap<>();
    List<EchoGuest> ready = new ArrayList<>();
    for (EchoGuest guest : guests) {
      String name = guest.name();
      progress.accept(connections + " connections: opening and warming up " + name);
      try {
        guest.open(connections, warmUp, options.seconds());
        results.put(name, new ArrayList<>());
        ready.add(guest);
      } catch (IOException e) {
        report.missing(
            name + " with " + connections + " connections", String.valueOf(e.getMessage()));
      }
    }
    for (int round = 1; round <= options.rounds(); round++) {
      progress.accept(connections + " connections: round " + round + " of " + options.rounds());
      for (EchoGuest guest : round % 2 == 1 ? ready : ready.reversed()) {
        EchoGuest.Visit visit = guest.visit(options.seconds());
        if (visit.load().wrong() > 0) {
          report.note(
              guest.name()
                  + " lost connections or replied wrongly with "
                  + connections
                  + " connections");
        }
        Objects.requireNonNull(results.get(guest.name())).add(visit);
      }
    }
    for (EchoGuest guest : ready) {
      guest.leave();
    }
    return results;
  }

  private static void addRows(
      Report report,
      Map<String, List<EchoGuest.Visit>> results,
      int connections,
      String reference,
      GroupedBarChart chart) {
    List<EchoGuest.Visit> base = results.get(reference);
    List<EchoGuest.Visit> second = results.get(EchoServers.SECOND_REFERENCE);
    Map<String, @Nullable Spread> ratios = new HashMap<>();
    results.forEach((name, found) -> ratios.put(name, base == null ? null : ratio(found, base)));
    List<String> names = new ArrayList<>(results.keySet());
    names.sort(Comparator.comparingDouble(name -> median(ratios.get(name))));
    for (String name : names) {
      List<EchoGuest.Visit> found = Objects.requireNonNull(results.get(name));
      Map<String, Object> cells = Report.cells();
      cells.put("connections", connections);
      cells.put("server", name);
      Spread ratio = ratios.get(name);
      if (ratio != null) {
        cells.put("ratio", ratio);
        chart.add(name, connections + " connections", ratio.median());
      }
      if (second != null) {
        cells.put("to_" + EchoServers.SECOND_REFERENCE, ratio(found, second));
      }
      cells.put("cpu_us", Spread.of(found.stream().map(EchoGuest.Visit::cpuMicros).toList()));
      cells.put(
          "requests_per_s",
          Spread.of(found.stream().map(each -> each.load().perSecond()).toList()).median());
      cells.put(
          "p50_us", Spread.of(found.stream().map(each -> each.load().p50()).toList()).median());
      cells.put(
          "p99_us", Spread.of(found.stream().map(each -> each.load().p99()).toList()).median());
      report.row(cells);
    }
  }

  private static double median(@Nullable Spread ratio) {
    return ratio == null ? 0 : ratio.median();
  }

  private static Spread ratio(List<EchoGuest.Visit> found, List<EchoGuest.Visit> base) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      ratios.add(found.get(i).cpuMicros() / base.get(i).cpuMicros());
    }
    return Spread.of(ratios);
  }
}
