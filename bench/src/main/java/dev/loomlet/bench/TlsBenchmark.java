package dev.loomlet.bench;

import dev.loomlet.bench.peers.LoomletTlsEchoServer;
import dev.loomlet.bench.peers.TlsKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Echo over TLS 1.3, Loomlet beside Netty with the same engine, the JDK's: processor time for each
 * request.
 */
final class TlsBenchmark implements Benchmark {
  private static final String SUBJECT = "loomlet";
  private static final String PEER = "netty-epoll";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** How long a JVM is warmed up at least. */
  private static final Duration JVM_WARM_UP = Duration.ofSeconds(8);

  /** A server and its load generator. */
  private record Guest(ServerProcess server, LoadControl control) {
    void close() {
      control.close();
      server.close();
    }
  }

  /** How a server did in one visit. */
  private record Result(double cpuMicros, LoadControl.Visit visit) {}

  private final Duration warmUp;

  TlsBenchmark() {
    this(JVM_WARM_UP);
  }

  TlsBenchmark(Duration warmUp) {
    this.warmUp = warmUp;
  }

  @Override
  public String title() {
    return "echo over TLS 1.3, processor time for each request against Netty";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    if (ProcessSample.of(ProcessHandle.current().pid()).isEmpty()) {
      throw new UnmeasurableException("only Linux tells the processor time of other processes");
    }
    if (!NettyPeer.isInReach()) {
      throw new UnmeasurableException(NettyPeer.MISSING);
    }
    Report report =
        new Report(
            "tls",
            "64 bytes there, upper-cased back, over TLS 1.3 by the JDK's engine with "
                + TlsKeys.CIPHER
                + "; both servers up at once on one processor, a load generator in Java for each on"
                + " another; visited in turn for "
                + options.seconds().toMillis() / 1000.0
                + " s, "
                + options.rounds()
                + " rounds; processor time of the whole server process for each request; ratio to "
                + PEER
                + " of the same round; medians (least-greatest).");
    Path folder = Files.createTempDirectory("loomlet-tls");
    Path keys = folder.resolve("keys.p12");
    Map<String, Guest> guests = new LinkedHashMap<>();
    try {
      makeKeys(keys);
      guests.put(PEER, start(PEER, netty(keys), keys));
      guests.put(
          SUBJECT,
          start(
              SUBJECT,
              JavaCommand.of(LoomletTlsEchoServer.class.getName(), List.of(), "0", keys.toString()),
              keys));
      for (int connections : options.connections()) {
        addRows(report, connections, visit(guests, connections, options, progress, report));
      }
    } finally {
      guests.values().forEach(Guest::close);
      Files.deleteIfExists(keys);
      Files.delete(folder);
    }
    return report;
  }

  private static void makeKeys(Path file) throws UnmeasurableException {
    try {
      Command.run(null, TIMEOUT, TlsKeys.command(file));
    } catch (IOException e) {
      throw new UnmeasurableException("no certificate could be made: " + e.getMessage());
    }
  }

  private static List<String> netty(Path keys) {
    return JavaCommand.of(
        "dev.loomlet.bench.peers.NettyTlsEchoServer",
        List.of("--sun-misc-unsafe-memory-access=allow"),
        "0",
        "epoll",
        keys.toString());
  }

  private static Guest start(String name, List<String> command, Path keys) throws IOException {
    List<Integer> processors = Machine.processors();
    int forServers = processors.isEmpty() ? 0 : processors.getFirst();
    int forLoad = processors.size() < 2 ? forServers : processors.get(1);
    ServerProcess server =
        ServerProcess.start(name, JavaCommand.pinned(forServers, command), TIMEOUT);
    try {
      List<String> load = JavaCommand.of(EchoLoad.class.getName(), List.of(), keys.toString());
      return new Guest(server, new LoadControl(JavaCommand.pinned(forLoad, load)));
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private Map<String, List<Result>> visit(
      Map<String, Guest> guests,
      int connections,
      BenchOptions options,
      Consumer<String> progress,
      Report report)
      throws IOException {
    Map<String, List<Result>> results = new LinkedHashMap<>();
    for (Map.Entry<String, Guest> each : guests.entrySet()) {
      String name = each.getKey();
      LoadControl control = each.getValue().control();
      progress.accept(connections + " connections: opening and warming up " + name);
      control.open(name, each.getValue().server().port(), connections);
      control.run(name, warmUp);
      // What was interpreted when a connection began stays so on its stack.
      control.close(name);
      control.open(name, each.getValue().server().port(), connections);
      control.run(name, options.seconds());
      results.put(name, new ArrayList<>());
    }
    List<String> order = new ArrayList<>(guests.keySet());
    for (int round = 1; round <= options.rounds(); round++) {
      progress.accept(connections + " connections: round " + round + " of " + options.rounds());
      for (String name : round % 2 == 1 ? order : order.reversed()) {
        Guest guest = Objects.requireNonNull(guests.get(name));
        ProcessSample before = guest.server().sample();
        LoadControl.Visit visit = guest.control().run(name, options.seconds());
        ProcessSample used = guest.server().sample().minus(before);
        if (visit.wrong() > 0) {
          report.note(name + " lost connections or replied wrongly");
        }
        Objects.requireNonNull(results.get(name))
            .add(new Result(used.cpuNanos() / 1e3 / Math.max(1, visit.requests()), visit));
      }
    }
    for (String name : order) {
      Objects.requireNonNull(guests.get(name)).control().close(name);
    }
    return results;
  }

  private static void addRows(Report report, int connections, Map<String, List<Result>> results) {
    List<Result> base = Objects.requireNonNull(results.get(PEER));
    results.forEach(
        (name, found) -> {
          List<Double> ratios = new ArrayList<>();
          for (int i = 0; i < found.size(); i++) {
            ratios.add(found.get(i).cpuMicros() / base.get(i).cpuMicros());
          }
          Map<String, Object> cells = Report.cells();
          cells.put("connections", connections);
          cells.put("server", name);
          cells.put("ratio", Spread.of(ratios));
          cells.put("cpu_us", Spread.of(found.stream().map(Result::cpuMicros).toList()));
          cells.put(
              "requests_per_s",
              Spread.of(found.stream().map(each -> each.visit().perSecond()).toList()).median());
          cells.put(
              "p99_us",
              Spread.of(found.stream().map(each -> each.visit().p99()).toList()).median());
          report.row(cells);
        });
  }
}
