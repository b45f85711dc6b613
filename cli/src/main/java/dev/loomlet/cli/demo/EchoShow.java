package dev.loomlet.cli.demo;

import static dev.loomlet.Loomlet.spawn;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.bench.JavaCommand;
import dev.loomlet.bench.ServerProcess;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.cli.system.OpenFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The show of row C10: a crowd of clients against three upper-casing servers, every reply checked.
 *
 * <p>All servers are up at once with all their clients connected, and are visited in turn for a
 * second each, several times: what disturbs the machine disturbs all of them alike.
 */
public final class EchoShow {
  static final String LOOMLET = "Loomlet";

  private static final String PEERS = "dev.loomlet.bench.peers.";
  private static final int SERVERS = 3;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration WARM_UP = Duration.ofMillis(1500);
  private static final Duration REFRESH = Duration.ofMillis(150);

  private final PrintStream out;
  private final Progress progress;
  private final int clients;
  private final int rounds;
  private final Duration roundTime;
  private final Chart chart;

  /**
   * Plans a show.
   *
   * @param clients of each server
   * @param seconds how long each server is measured, all rounds together
   * @param chart where to draw the results
   * @throws CommandFailure if it cannot take place
   */
  public EchoShow(PrintStream out, int clients, double seconds, Path chart) throws IOException {
    if (clients < 1) {
      throw CommandFailure.usage("--clients must be at least 1, not " + clients);
    }
    if (!(seconds > 0) || seconds > Duration.ofDays(1).toSeconds()) {
      throw CommandFailure.usage("--seconds must be more than 0 and at most a day");
    }
    Room.require(OpenFiles.limits(), clients, SERVERS);
    this.out = out;
    this.progress = new Progress(out);
    this.clients = clients;
    this.rounds = (int) Math.max(1, Math.round(seconds));
    this.roundTime = Duration.ofNanos(Math.round(seconds / rounds * 1e9));
    this.chart = new Chart(chart);
  }

  /**
   * Runs it.
   *
   * @param options of the clients' loop
   * @param loomletServer the program to measure; takes the port as its argument
   * @param serverArguments for {@code loomlet run}, in front of the program
   * @return an exit code
   */
  public int run(LoopOptions options, Path loomletServer, List<String> serverArguments)
      throws Exception {
    if (!Files.isRegularFile(loomletServer)) {
      throw CommandFailure.missing("the server to show is not there: " + loomletServer);
    }
    List<ServerProcess> servers = new ArrayList<>();
    try (Processors processors = Processors.share()) {
      progress.live("starting servers");
      List<String> run = new ArrayList<>(List.of("run"));
      run.addAll(serverArguments);
      run.add(loomletServer.toString());
      run.add("0");
      try {
        start(servers, processors, "thread per connection", PEERS + "JdkPlatformThreadEchoServer");
        start(servers, processors, "JDK virtual threads", PEERS + "JdkVirtualThreadEchoServer");
        start(servers, processors, LOOMLET, "dev.loomlet.cli.Main", run.toArray(String[]::new));
      } catch (IOException e) {
        progress.clear();
        throw CommandFailure.missing(String.valueOf(e.getMessage()));
      }
      List<Crowd> crowds = Loomlet.run(options, () -> measure(servers));
      return report(crowds, processors);
    } finally {
      servers.forEach(ServerProcess::close);
    }
  }

  private static void start(
      List<ServerProcess> servers,
      Processors processors,
      String name,
      String mainClass,
      String... args)
      throws IOException {
    String[] all = args.length == 0 ? new String[] {"0"} : args;
    List<String> command = processors.forServer(JavaCommand.of(mainClass, List.of(), all));
    servers.add(ServerProcess.start(name, command, START_TIMEOUT));
  }

  private List<Crowd> measure(List<ServerProcess> servers) {
    List<Crowd> crowds = new ArrayList<>();
    try {
      for (ServerProcess each : servers) {
        progress.live("connecting " + count(clients) + " clients to " + each.name());
        Crowd crowd = new Crowd(each, clients);
        crowds.add(crowd);
        crowd.connect();
      }
      for (Crowd each : crowds) {
        showing("warming up", each, () -> each.warmUp(WARM_UP));
      }
      for (int i = 1; i <= rounds; i++) {
        String when = "round " + i + " of " + rounds;
        List<String> figures = new ArrayList<>();
        for (Crowd each : crowds) {
          showing(when, each, () -> each.visit(roundTime));
          figures.add(each.name() + " " + count(each.rounds().getLast().perSecond()) + "/s");
        }
        progress.step(when + ": " + String.join(", ", figures));
      }
      return crowds;
    } finally {
      crowds.forEach(Crowd::close);
      progress.clear();
    }
  }

  /** Runs a visit while another greenlet of the same loop shows how it goes. */
  private void showing(String when, Crowd crowd, Runnable visit) {
    if (!progress.isLive()) {
      visit.run();
      return;
    }
    Tally tally = crowd.tally();
    Greenlet<?> display =
        spawn(
            () -> {
              long before = tally.replies();
              long since = System.nanoTime();
              while (true) {
                Loomlet.sleep(REFRESH);
                long now = System.nanoTime();
                double rate = (tally.replies() - before) * 1e9 / (now - since);
                progress.live(
                    "%s  %-22s %,11.0f requests/s  %,d wrong or lost"
                        .formatted(when, crowd.name(), rate, tally.problems()));
              }
            });
    try {
      visit.run();
    } finally {
      display.cancel(true);
      display.join();
    }
  }

  private int report(List<Crowd> crowds, Processors processors) throws IOException {
    List<Result> results = crowds.stream().map(Result::of).toList();
    out.println(
        count(clients)
            + " TCP clients of each server, each line of "
            + EchoLine.LENGTH
            + " bytes different, every reply compared byte by byte; one line of each client in"
            + " turn");
    out.println(
        rounds + (rounds == 1 ? " round" : " rounds in turn") + "; " + processors.describe());
    out.println();
    new ResultTable(out).print(results);
    out.println();
    for (Crowd each : crowds) {
      String problem = each.tally().firstProblem();
      if (problem != null) {
        out.println(each.name() + ", first problem: " + problem);
      }
    }
    out.println(
        "memory of "
            + LOOMLET
            + " includes the Java compiler, because 'loomlet run' started that server");
    chart.write(results, clients);
    out.println("chart: " + chart.file().toAbsolutePath());
    boolean right = results.stream().allMatch(each -> each.wrong() + each.failed() == 0);
    return right ? ExitCode.OK : ExitCode.FAILED;
  }

  private static String count(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }
}
