package dev.loomlet.bench;

import dev.loomlet.engine.Engines;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The models of I/O side by side: the same upper-casing echo server on each engine, and what a
 * request costs it with few and with many connections.
 */
public final class IoComparison {
  /** How long a JVM is warmed up before the first round, at most. */
  private static final Duration JVM_WARM_UP = Duration.ofSeconds(4);

  /** So that who measures only for a moment need not wait for long. */
  private static final int WARM_UP_VISITS = 10;

  private static final int WARM_UP_CONNECTIONS = 50;

  /** How long system calls are counted; they do not vary as times do. */
  private static final Duration COUNTING = Duration.ofMillis(300);

  /** The line of a stack trace that says what it was in the end. */
  private static final Pattern EXCEPTION =
      Pattern.compile("(?:Caused by:|Exception in greenlet \".*\") [\\w.$]+: (.+)");

  private static final List<String> PEERS =
      List.of("c-epoll", "c-io_uring", "jdk-virtual", "netty-epoll", "netty-io_uring");

  private final Options options;
  private final Consumer<String> progress;
  private final Report report;
  private final List<IoFigures> figures = new ArrayList<>();
  private @Nullable SystemCallCounter counter;

  /**
   * What to compare. Immutable.
   *
   * @param connections how many at once, each number at least 1; sorted, each number once
   * @param engines by name; empty for all that there are
   * @param peers whether servers of others take part, too
   * @param seconds how long a server is visited in each round
   * @param rounds how often each is visited, at least 1
   */
  public record Options(
      List<Integer> connections,
      List<String> engines,
      boolean peers,
      Duration seconds,
      int rounds) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is not kept to, or there is no such engine
     */
    public Options {
      if (connections.isEmpty()) {
        throw new IllegalArgumentException("name at least one number of connections");
      }
      for (int each : connections) {
        if (each < 1) {
          throw new IllegalArgumentException("connections must be at least 1, not " + each);
        }
      }
      for (String each : engines) {
        if (!EchoServers.engines().contains(each)) {
          throw new IllegalArgumentException(
              "there is no engine '"
                  + each
                  + "'; choose among "
                  + String.join(", ", EchoServers.engines()));
        }
      }
      if (!seconds.isPositive()) {
        throw new IllegalArgumentException("seconds must be more than 0");
      }
      if (rounds < 1) {
        throw new IllegalArgumentException("rounds must be at least 1, not " + rounds);
      }
      connections = List.copyOf(new TreeSet<>(connections));
      engines = engines.stream().distinct().toList();
    }

    /** From one to 10,000 connections, all engines, no peers, 5 rounds of half a second. */
    public static Options defaults() {
      return new Options(
          List.of(1, 10, 100, 1000, 10_000), List.of(), false, Duration.ofMillis(500), 5);
    }

    /** The greatest number of connections. */
    public int most() {
      return connections.getLast();
    }
  }

  private IoComparison(Options options, Consumer<String> progress) {
    this.options = options;
    this.progress = progress;
    this.report =
        new Report(
            "compare io",
            "The same upper-casing echo server on each engine, 64 bytes a request, each connection"
                + " waits for its reply before it asks again; servers on one processor, visited in"
                + " turn for "
                + options.seconds().toMillis() / 1000.0
                + " s, "
                + options.rounds()
                + " rounds, medians (least-greatest); processor time and context switches are those"
                + " of the whole server process, from /proc.");
  }

  /**
   * Measures. Takes about a second for each server, number of connections and round; blocks.
   *
   * @param progress told now and then how far it has got
   * @throws UnmeasurableException if nothing can be measured here
   * @throws IOException if something is wrong with this machine's files
   */
  public static IoComparison measure(Options options, Consumer<String> progress)
      throws UnmeasurableException, IOException {
    Duration enough = options.seconds().multipliedBy(WARM_UP_VISITS);
    return measure(options, enough.compareTo(JVM_WARM_UP) < 0 ? enough : JVM_WARM_UP, progress);
  }

  static IoComparison measure(Options options, Duration jvmWarmUp, Consumer<String> progress)
      throws UnmeasurableException, IOException {
    if (ProcessSample.of(ProcessHandle.current().pid()).isEmpty()) {
      throw new UnmeasurableException("only Linux tells the processor time of other processes");
    }
    IoComparison comparison = new IoComparison(options, progress);
    comparison.run(jvmWarmUp);
    return comparison;
  }

  private void run(Duration jvmWarmUp) throws UnmeasurableException, IOException {
    EchoPlaces places = EchoPlaces.here();
    places.note(report);
    counter = SystemCallCounter.here();
    report.note(
        counter == null
            ? "system calls are not counted: neither perf nor strace works here"
            : "system calls are counted by " + counter.method());
    Map<String, EchoGuest> guests = new LinkedHashMap<>();
    try {
      for (EchoServer each : servers(places)) {
        start(each, places, guests);
      }
      if (guests.isEmpty()) {
        throw new UnmeasurableException("there is no server to compare: " + report.missing());
      }
      warmUp(guests, jvmWarmUp);
      Map<String, String> beyond = new HashMap<>();
      for (int connections : options.connections()) {
        visitAll(guests, connections, beyond);
      }
    } finally {
      guests.values().forEach(EchoGuest::close);
    }
    figures.forEach(this::addRow);
  }

  private List<EchoServer> servers(EchoPlaces places) {
    List<String> engines = new ArrayList<>(options.engines());
    if (engines.isEmpty()) {
      engines.addAll(EchoServers.engines());
      engines.remove(Engines.AUTO);
    }
    List<EchoServer> servers = new ArrayList<>();
    engines.forEach(name -> servers.add(EchoServers.loomlet(name, name)));
    if (options.peers()) {
      Map<String, Supplier<EchoServer>> all = EchoServers.all(places.natives());
      PEERS.forEach(name -> servers.add(Objects.requireNonNull(all.get(name)).get()));
    }
    return servers;
  }

  private void start(EchoServer what, EchoPlaces places, Map<String, EchoGuest> guests) {
    progress.accept("starting " + what.name());
    if (what.command().isEmpty()) {
      report.missing(what.name(), what.missing());
      return;
    }
    try {
      guests.put(what.name(), EchoGuest.start(what, places));
    } catch (IOException e) {
      report.missing(what.name(), String.valueOf(e.getMessage()));
    }
  }

  /** With several connections, for one asks too seldom to have a server compiled soon. */
  private void warmUp(Map<String, EchoGuest> guests, Duration jvmWarmUp) {
    for (EchoGuest guest : List.copyOf(guests.values())) {
      progress.accept("warming up " + guest.name());
      try {
        guest.open(WARM_UP_CONNECTIONS, jvmWarmUp, options.seconds());
        guest.leave();
      } catch (IOException e) {
        report.missing(guest.name(), reason(guest, e));
        guests.remove(guest.name());
        guest.close();
      }
    }
  }

  /** What the server itself has complained about says more than what its clients have seen. */
  private static String reason(EchoGuest guest, IOException failure) {
    for (String line : guest.complaints().reversed()) {
      Matcher exception = EXCEPTION.matcher(line);
      if (exception.matches()) {
        return exception.group(1);
      }
    }
    return String.valueOf(failure.getMessage());
  }

  /**
   * All servers at one number of connections.
   *
   * @param beyond who could not have as many as before, and why
   */
  private void visitAll(
      Map<String, EchoGuest> guests, int connections, Map<String, String> beyond) {
    Map<EchoGuest, IoFigures> present = new LinkedHashMap<>();
    for (EchoGuest guest : guests.values()) {
      IoFigures found = new IoFigures(guest.name(), connections);
      figures.add(found);
      String before = beyond.get(guest.name());
      if (before != null) {
        found.giveUp(before);
        continue;
      }
      present.put(guest, found);
      progress.accept(connections + " connections: opening those to " + guest.name());
      attempt(
          guest,
          present,
          beyond,
          () -> guest.open(connections, options.seconds(), options.seconds()));
    }
    for (int round = 1; round <= options.rounds(); round++) {
      progress.accept(connections + " connections: round " + round + " of " + options.rounds());
      for (EchoGuest guest : inTurn(present, round)) {
        IoFigures found = Objects.requireNonNull(present.get(guest));
        attempt(guest, present, beyond, () -> found.add(guest.visit(options.seconds())));
      }
    }
    SystemCallCounter counting = counter;
    if (counting != null) {
      progress.accept(connections + " connections: counting system calls");
      for (EchoGuest guest : inTurn(present, 1)) {
        IoFigures found = Objects.requireNonNull(present.get(guest));
        attempt(
            guest,
            present,
            beyond,
            () -> found.addCalls(guest.systemCalls(counting, shorter(COUNTING))));
      }
    }
    for (EchoGuest guest : inTurn(present, 1)) {
      attempt(guest, present, beyond, guest::leave);
    }
  }

  private Duration shorter(Duration other) {
    return options.seconds().compareTo(other) < 0 ? options.seconds() : other;
  }

  /** Every other round goes backwards; a copy, because who fails leaves. */
  private static List<EchoGuest> inTurn(Map<EchoGuest, IoFigures> present, int round) {
    List<EchoGuest> order = List.copyOf(present.keySet());
    return round % 2 == 1 ? order : order.reversed();
  }

  private interface Step {
    void take() throws IOException;
  }

  /**
   * Does something with a server; if it fails, that is noted, and the server takes part no more.
   */
  private static void attempt(
      EchoGuest guest, Map<EchoGuest, IoFigures> present, Map<String, String> beyond, Step step) {
    try {
      step.take();
    } catch (IOException e) {
      String why = reason(guest, e);
      IoFigures found = present.remove(guest);
      if (found != null) {
        found.giveUp(why);
      }
      beyond.put(guest.name(), why);
    }
  }

  private void addRow(IoFigures found) {
    Map<String, Object> cells = Report.cells();
    cells.put("connections", found.connections());
    cells.put("engine", found.server());
    for (IoMeasure each : IoMeasure.values()) {
      Spread spread = found.get(each);
      cells.put(
          each.column(),
          spread == null ? Report.NONE : each == IoMeasure.CPU ? spread : spread.median());
    }
    if (found.reason() != null) {
      cells.put("why_not", found.reason());
    }
    report.row(cells);
    if (found.wrong() > 0) {
      report.note(
          found.server()
              + " lost connections or replied wrongly with "
              + found.connections()
              + " connections");
    }
  }

  /** Whether every reply was right and no connection was lost. */
  public boolean allRight() {
    return figures.stream().allMatch(each -> each.wrong() == 0);
  }

  /** Prints a table, a row for each number of connections and engine. */
  public void print(PrintStream out) {
    report.print(out, false);
  }

  /** Writes everything as JSON, and the folders above the file. */
  public void writeJson(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, Json.write(report.json()) + "\n");
  }

  /** Draws everything against the number of connections, and makes the folders above the file. */
  public void writeSvg(Path file) throws IOException {
    LineCharts charts =
        new LineCharts(
            "Models of I/O: what a request costs on each engine",
            "upper-casing echo, 64 bytes, one processor; against the number of connections");
    for (IoMeasure measure : IoMeasure.values()) {
      if (measure == IoMeasure.P50) {
        continue;
      }
      LineCharts.Panel panel = charts.panel(measure.title());
      for (IoFigures found : figures) {
        charts.series(found.server(), PEERS.contains(found.server()));
        Spread spread = found.get(measure);
        if (spread != null) {
          panel.add(found.server(), found.connections(), spread.median());
        }
      }
    }
    charts.writeSvg(file);
  }
}
