package dev.loomlet.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Jetty says hello to wrk, on the JDK's virtual threads and under {@code loomlet run}; so does a
 * server in C, which shows what system calls and the kernel's TCP leave room for.
 */
final class JettyBenchmark implements Benchmark {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration WARM_UP = Duration.ofSeconds(30);

  /** Of a warm-up; each opens and closes all connections, of which the compiler must know. */
  private static final Duration VISIT = Duration.ofSeconds(2);

  /** A server in C that gives the same answer, and does nothing else. */
  private static final String BARE = "C, a read and a writev each";

  private static final Pattern ANSWER =
      Pattern.compile("(.*Content-Length: (\\d+).*?\r\n\r\n)(.*)", Pattern.DOTALL);
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s*([0-9.]+)");

  /** How a server did in all rounds. */
  private record Results(List<Double> perCpuSecond, List<Double> perSecond) {
    static Results none() {
      return new Results(new ArrayList<>(), new ArrayList<>());
    }
  }

  private final Duration warmUp;

  JettyBenchmark() {
    this(WARM_UP);
  }

  JettyBenchmark(Duration warmUp) {
    this.warmUp = warmUp;
  }

  @Override
  public String title() {
    return "Jetty under wrk, requests for each second of processor time, with and without loomlet"
        + " run";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    if (!Home.hasProgram("wrk")) {
      throw new UnmeasurableException("no wrk on the PATH; on Debian: apt install wrk");
    }
    PeerJars.require("jetty-server");
    EchoPlaces places = EchoPlaces.here();
    int connections = options.connections().getFirst();
    Report report =
        new Report(
            "jetty",
            "Jetty with a pool of virtual threads says hello, "
                + connections
                + " connections that are kept; the same program on the JDK's virtual threads and"
                + " under loomlet run, both up at once on one processor, wrk on another; visited in"
                + " turn for "
                + wholeSeconds(options.seconds())
                + " s, "
                + options.rounds()
                + " rounds; requests for each second of the server's processor time; ratio to the"
                + " former in the same round; medians (least-greatest). Likewise a server in C that"
                + " gives the same answer and parses nothing.");
    Map<String, ServerProcess> servers = new LinkedHashMap<>();
    Map<String, Results> results = new LinkedHashMap<>();
    try {
      Matcher answer = null;
      for (Map.Entry<String, List<String>> each :
          PairedPrograms.commands(options, "JettyHello.java", "0").entrySet()) {
        String name = each.getKey();
        ServerProcess server =
            ServerProcess.start(name, places.forServer(each.getValue()), TIMEOUT);
        servers.put(name, server);
        if (answer == null) {
          answer = answerOf(server);
        }
        progress.accept("warming up " + name);
        for (long left = wholeSeconds(warmUp); left > 0; left -= VISIT.toSeconds()) {
          load(server, places, connections, Duration.ofSeconds(Math.min(left, VISIT.toSeconds())));
        }
        server.pause();
      }
      Path natives = places.natives();
      if (natives == null) {
        report.missing(BARE, places.withoutC());
      } else if (answer != null) {
        List<String> bare = places.forServer(bare(natives, answer));
        ServerProcess server = ServerProcess.start(BARE, bare, TIMEOUT);
        servers.put(BARE, server);
        server.pause();
      }
      List<String> order = new ArrayList<>(servers.keySet());
      order.forEach(each -> results.put(each, Results.none()));
      for (int round = 1; round <= options.rounds(); round++) {
        progress.accept("round " + round + " of " + options.rounds());
        for (String name : round % 2 == 1 ? order : order.reversed()) {
          visit(
              Objects.requireNonNull(servers.get(name)),
              places,
              connections,
              options.seconds(),
              Objects.requireNonNull(results.get(name)));
        }
      }
    } finally {
      servers.values().forEach(ServerProcess::close);
    }
    Results base = Objects.requireNonNull(results.get(PairedPrograms.DEFAULT));
    results.forEach(
        (name, found) -> {
          Map<String, Object> cells = Report.cells();
          cells.put("jetty", name);
          cells.put("ratio", PairedPrograms.ratio(found.perCpuSecond(), base.perCpuSecond()));
          cells.put("requests_per_cpu_s", Spread.of(found.perCpuSecond()));
          cells.put("requests_per_s", Spread.of(found.perSecond()));
          report.row(cells);
        });
    return report;
  }

  private static List<String> bare(Path natives, Matcher answer) {
    return List.of(natives.resolve("hello").toString(), "0", answer.group(1), answer.group(3));
  }

  /** What a server says: its head, a number, and its body. */
  private static Matcher answerOf(ServerProcess server) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout((int) TIMEOUT.toMillis());
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(US_ASCII));
      StringBuilder text = new StringBuilder();
      while (true) {
        Matcher answer = ANSWER.matcher(text);
        if (answer.matches() && answer.group(3).length() == Integer.parseInt(answer.group(2))) {
          return answer;
        }
        int next = socket.getInputStream().read();
        if (next < 0) {
          throw new IOException(server.name() + " does not say how long its answer is: " + text);
        }
        text.append((char) next);
      }
    }
  }

  private static void visit(
      ServerProcess server, EchoPlaces places, int connections, Duration time, Results results)
      throws IOException {
    server.resume();
    try {
      ProcessSample before = server.sample();
      String output = load(server, places, connections, time);
      ProcessSample used = server.sample().minus(before);
      results.perCpuSecond().add(number(REQUESTS, output) / (used.cpuNanos() / 1e9));
      results.perSecond().add(number(RATE, output));
    } finally {
      server.pause();
    }
  }

  private static String load(
      ServerProcess server, EchoPlaces places, int connections, Duration time) throws IOException {
    List<String> command =
        List.of(
            "wrk",
            "-t1",
            "-c" + connections,
            "-d" + wholeSeconds(time) + "s",
            "http://127.0.0.1:" + server.port() + "/");
    String output = Command.run(null, TIMEOUT.plus(time), places.forLoad(command));
    if (output.contains("Non-2xx") || output.contains("Socket errors")) {
      throw new IOException(server.name() + " failed: " + output);
    }
    return output;
  }

  /** Shorter than a second is nothing to wrk. */
  private static long wholeSeconds(Duration time) {
    return Math.max(1, time.toSeconds());
  }

  private static double number(Pattern pattern, String output) throws IOException {
    Matcher found = pattern.matcher(output);
    if (!found.find()) {
      throw new IOException("wrk did not say " + pattern + ": " + output);
    }
    return Double.parseDouble(found.group(1));
  }
}
