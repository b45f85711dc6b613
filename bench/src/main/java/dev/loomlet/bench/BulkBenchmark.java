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

/** Much data one way over loopback, in writes of 64 KiB, against blocking calls in C. */
final class BulkBenchmark implements Benchmark {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final double MIB = 1 << 20;
  private static final double KIB = 1 << 10;
  private static final Party C = new Party("C", true);

  /** How long a JVM is warmed up at least. */
  private final Duration jvmWarmUp;

  /** Who sends or receives: C, or Loomlet on an engine. */
  private record Party(String name, boolean inC) {}

  /** A sender and a receiver. */
  private record Pair(Party from, Party to) {
    String text() {
      return from.name() + " to " + to.name();
    }
  }

  /** What came out of one transfer. */
  private record Transfer(
      double bytes, double seconds, ProcessSample sent, ProcessSample received) {
    double mibPerSecond() {
      return bytes / MIB / seconds;
    }

    double sendNanos() {
      return sent.cpuNanos() / (bytes / KIB);
    }

    double receiveNanos() {
      return received.cpuNanos() / (bytes / KIB);
    }
  }

  BulkBenchmark() {
    this(Duration.ofSeconds(2));
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
    Report report =
        new Report(
            "bulk",
            "One connection over loopback, 64 KiB a write, sender on one processor and receiver on"
                + " another, in turn for "
                + options.seconds().toMillis() / 1000.0
                + " s, "
                + options.rounds()
                + " rounds; until the receiver has confirmed every byte; ratio of the throughput to"
                + " that of two programs in C with blocking calls, of the same round; processor"
                + " time in nanoseconds for each KiB; medians (least-greatest).");
    if (places.serverProcessor() == places.loadProcessor()) {
      report.note("with a single processor sender and receiver disturb each other");
    }
    Map<Party, ServerProcess> receivers = new LinkedHashMap<>();
    Map<Party, Dialogue> senders = new LinkedHashMap<>();
    try {
      start(C, receiver(C, places), sender(C, places), receivers, senders);
      for (String engine : engines(options, report)) {
        Party party = new Party(engine, false);
        start(party, receiver(party, places), sender(party, places), receivers, senders);
      }
      Map<Pair, List<Transfer>> results = new LinkedHashMap<>();
      for (Pair each : pairs(receivers.keySet().stream().toList())) {
        results.put(each, new ArrayList<>());
        progress.accept("warming up " + each.text());
        Duration time = each.from().inC() && each.to().inC() ? options.seconds() : warmUp(options);
        attempt(each, report, results, () -> transfer(each, time, receivers, senders));
      }
      List<Pair> order = List.copyOf(results.keySet());
      for (int round = 1; round <= options.rounds(); round++) {
        progress.accept("round " + round + " of " + options.rounds());
        for (Pair each : round % 2 == 1 ? order : order.reversed()) {
          List<Transfer> found = results.get(each);
          if (found != null) {
            attempt(
                each,
                report,
                results,
                () -> found.add(transfer(each, options.seconds(), receivers, senders)));
          }
        }
      }
      addRows(report, results, options);
    } finally {
      senders.values().forEach(Dialogue::close);
      receivers.values().forEach(ServerProcess::close);
    }
    return report;
  }

  private interface Step {
    void take() throws IOException;
  }

  /** Does something with a pair; if it fails, that is told, and the pair takes part no more. */
  private static void attempt(
      Pair pair, Report report, Map<Pair, List<Transfer>> results, Step step)
      throws UnmeasurableException {
    try {
      step.take();
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      if (pair.from().inC() && pair.to().inC()) {
        throw new UnmeasurableException("the reference fails: " + why);
      }
      results.remove(pair);
      report.missing(pair.text(), why);
    }
  }

  private Duration warmUp(BenchOptions options) {
    return jvmWarmUp.compareTo(options.seconds()) > 0 ? jvmWarmUp : options.seconds();
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

  private static List<String> receiver(Party party, EchoPlaces places) {
    List<String> command =
        party.inC()
            ? List.of(bulk(places), "receive", "0")
            : JavaCommand.of(LoomletBulkReceiver.class.getName(), on(party), "0");
    return JavaCommand.pinned(places.serverProcessor(), command);
  }

  private static List<String> sender(Party party, EchoPlaces places) {
    List<String> command =
        party.inC()
            ? List.of(bulk(places), "send")
            : JavaCommand.of(LoomletBulkSender.class.getName(), on(party));
    return JavaCommand.pinned(places.loadProcessor(), command);
  }

  private static String bulk(EchoPlaces places) {
    Path natives = Objects.requireNonNull(places.natives());
    return natives.resolve("bulk").toString();
  }

  private static List<String> on(Party party) {
    return List.of("-D" + Engines.PROPERTY + "=" + party.name());
  }

  private static void start(
      Party party,
      List<String> receiver,
      List<String> sender,
      Map<Party, ServerProcess> receivers,
      Map<Party, Dialogue> senders)
      throws IOException {
    ServerProcess server = ServerProcess.start(party.name(), receiver, START_TIMEOUT);
    receivers.put(party, server);
    server.pause();
    senders.put(party, new Dialogue(sender));
  }

  /** Two programs in C first; then each engine sends to C, receives from C, and does both. */
  private static List<Pair> pairs(List<Party> parties) {
    List<Pair> pairs = new ArrayList<>();
    pairs.add(new Pair(C, C));
    for (Party each : parties) {
      if (!each.inC()) {
        pairs.add(new Pair(each, C));
        pairs.add(new Pair(C, each));
        pairs.add(new Pair(each, each));
      }
    }
    return pairs;
  }

  private static Transfer transfer(
      Pair pair, Duration time, Map<Party, ServerProcess> receivers, Map<Party, Dialogue> senders)
      throws IOException {
    ServerProcess receiver = Objects.requireNonNull(receivers.get(pair.to()));
    Dialogue sender = Objects.requireNonNull(senders.get(pair.from()));
    receiver.resume();
    try {
      ProcessSample receivedBefore = receiver.sample();
      ProcessSample sentBefore = sample(sender);
      Map<?, ?> answer = sender.ask(receiver.port() + " " + time.toNanos() / 1e9);
      return new Transfer(
          Json.number(answer, "bytes"),
          Json.number(answer, "seconds"),
          sample(sender).minus(sentBefore),
          receiver.sample().minus(receivedBefore));
    } catch (IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      receiver.pause();
    }
  }

  private static ProcessSample sample(Dialogue sender) throws IOException {
    return ProcessSample.of(sender.pid())
        .orElseThrow(() -> new IOException("the sender has ended"));
  }

  private static void addRows(
      Report report, Map<Pair, List<Transfer>> results, BenchOptions options) throws IOException {
    List<Transfer> base = Objects.requireNonNull(results.get(new Pair(C, C)));
    BarChart chart =
        new BarChart(
            "Bulk transfer, 64 KiB a write", "throughput, times that of C; more is better");
    chart.reference(1);
    for (Map.Entry<Pair, List<Transfer>> each : results.entrySet()) {
      List<Transfer> found = each.getValue();
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < found.size(); i++) {
        ratios.add(found.get(i).mibPerSecond() / base.get(i).mibPerSecond());
      }
      Spread ratio = Spread.of(ratios);
      Map<String, Object> cells = Report.cells();
      cells.put("transfer", each.getKey().text());
      cells.put("ratio", ratio);
      cells.put("mib_per_s", Spread.of(found.stream().map(Transfer::mibPerSecond).toList()));
      cells.put("send_ns", Spread.of(found.stream().map(Transfer::sendNanos).toList()));
      cells.put("receive_ns", Spread.of(found.stream().map(Transfer::receiveNanos).toList()));
      report.row(cells);
      chart.add(each.getKey().text(), ratio.median());
    }
    if (options.chart() != null) {
      chart.writeSvg(options.chart());
    }
  }
}
