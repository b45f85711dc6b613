package dev.loomlet.bench;

import dev.loomlet.bench.peers.LoomletEchoServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What connections take that do nothing. */
final class IdleBenchmark implements Benchmark {
  private static final int CONNECTIONS = 10_000;
  private static final Duration WATCHED = Duration.ofSeconds(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration QUIET = Duration.ofMillis(500);

  private final int connections;
  private final Duration watched;

  IdleBenchmark() {
    this(CONNECTIONS, WATCHED);
  }

  IdleBenchmark(int connections, Duration watched) {
    this.connections = connections;
    this.watched = watched;
  }

  @Override
  public String title() {
    return "memory and processor time of 10,000 idle connections";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    if (ProcessSample.of(ProcessHandle.current().pid()).isEmpty()) {
      throw new UnmeasurableException("only Linux tells how much a process uses");
    }
    Report report =
        new Report(
            "idle",
            "A Loomlet echo server in a JVM of its own: growth of its resident memory by "
                + connections
                + " connections of one exchange each, after a collection; before that as many were"
                + " opened and closed once; processor time over "
                + watched.toMillis() / 1000.0
                + " s.");
    if (!Files.isExecutable(jcmd())) {
      report.note("without jcmd, garbage is counted, too");
    }
    List<String> command = JavaCommand.of(LoomletEchoServer.class.getName(), List.of(), "0");
    try (ServerProcess server = ServerProcess.start("loomlet-epoll", command, TIMEOUT)) {
      new IdleConnections("127.0.0.2", server.port(), connections).close();
      ProcessSample empty = settled(server);
      double cpuBefore = cpuPercent(server);
      try (IdleConnections open = new IdleConnections("127.0.0.3", server.port(), connections)) {
        ProcessSample full = settled(server);
        double cpu = cpuPercent(server);
        addRow(report, 0, empty, cpuBefore, empty);
        addRow(report, open.size(), full, cpu, empty);
      }
    }
    return report;
  }

  private void addRow(
      Report report, int open, ProcessSample sample, double cpu, ProcessSample empty) {
    Map<String, Object> cells = Report.cells();
    cells.put("connections", open);
    cells.put("resident_mib", sample.residentBytes() / 1024.0 / 1024.0);
    double growth = sample.residentBytes() - empty.residentBytes();
    cells.put("bytes_each", open == 0 ? 0.0 : growth / open);
    cells.put("cpu_percent", cpu);
    cells.put("threads", sample.threads());
    report.row(cells);
  }

  private static ProcessSample settled(ServerProcess server) throws InterruptedException {
    Thread.sleep(QUIET);
    if (Files.isExecutable(jcmd())) {
      Command.succeeds(List.of(jcmd().toString(), Long.toString(server.pid()), "GC.run"));
    }
    Thread.sleep(QUIET);
    return server.sample();
  }

  private double cpuPercent(ServerProcess server) throws InterruptedException {
    ProcessSample before = server.sample();
    long start = System.nanoTime();
    Thread.sleep(watched);
    ProcessSample used = server.sample().minus(before);
    return 100.0 * used.cpuNanos() / (System.nanoTime() - start);
  }

  private static Path jcmd() {
    return Path.of(System.getProperty("java.home"), "bin", "jcmd");
  }
}
