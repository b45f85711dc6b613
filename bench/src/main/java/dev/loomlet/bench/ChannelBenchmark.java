package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.queue.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What it costs to hand a value to another greenlet over a rendezvous channel. */
final class ChannelBenchmark implements Benchmark {
  private static final int BATCH = 20_000;
  private static final Duration START_UP = Duration.ofMinutes(1);
  private static final String OURS = "Loomlet";
  private static final String KOTLIN = "Kotlin";
  private static final String GO = "Go";
  private static final String BARE = "bare continuation, one switch";

  /** How values travel. */
  private enum Way {
    STREAM("stream", "one way"),
    PINGPONG("pingpong", "to and fro");

    final String argument;
    final String text;

    Way(String argument, String text) {
      this.argument = argument;
      this.text = text;
    }
  }

  @Override
  public String title() {
    return "hand a value over a rendezvous channel, against Kotlin and Go";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "channel",
            "One value handed over a channel without a buffer, from one greenlet to another of the"
                + " same loop; Kotlin's coroutines in a runBlocking and Go's goroutines on one"
                + " processor in processes of their own, warmed up; and what the JVM takes for one"
                + " switch between two continuations, without which none of its values can be"
                + " handed over; in turn, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds = new Rounds();
    boolean kotlin = hasKotlin();
    if (!kotlin) {
      report.missing(
          KOTLIN, "no kotlinx-coroutines in " + Home.peerJars() + "; mvn package puts it there");
    }
    Path go = buildGo(report);
    for (Way way : Way.values()) {
      rounds.add(name(OURS, way), nanos -> ours(way, nanos));
      if (kotlin) {
        rounds.add(
            name(KOTLIN, way),
            nanos ->
                inProcess(
                    JavaCommand.of(
                        "dev.loomlet.bench.peers.KotlinChannels",
                        List.of(),
                        way.argument,
                        seconds(nanos)),
                    nanos));
      }
      if (go != null) {
        rounds.add(
            name(GO, way),
            nanos -> inProcess(List.of(go.toString(), way.argument, seconds(nanos)), nanos));
      }
    }
    if (BareContinuation.isAvailable()) {
      rounds.add(
          BARE, nanos -> Timed.repeat(nanos, BATCH, () -> BareContinuation.takeTurns(BATCH / 2)));
    }
    rounds.run(options);
    for (String name : rounds.names()) {
      Way way = name.endsWith(Way.PINGPONG.text) ? Way.PINGPONG : Way.STREAM;
      Map<String, Object> cells = Report.cells();
      cells.put("channel", name);
      cells.put("ns", rounds.nanos(name));
      cells.put("ratio", rounds.ratio(name, name(OURS, way)));
      report.row(cells);
    }
    rounds.chart(options, "A value over a rendezvous channel", OURS);
    return report;
  }

  private static String name(String who, Way way) {
    return who + ", " + way.text;
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e9);
  }

  private static double inProcess(List<String> command, long nanos) throws IOException {
    return Double.parseDouble(Command.run(null, START_UP.plusNanos(10 * nanos), command).strip());
  }

  private static boolean hasKotlin() {
    return System.getProperty("java.class.path").contains("kotlinx-coroutines")
        || Files.isRegularFile(Home.peerJars().resolve("kotlinx-coroutines-core-jvm.jar"));
  }

  private static @Nullable Path buildGo(Report report) {
    if (!Home.hasProgram("go")) {
      report.missing(GO, "no go on the PATH; on Debian: apt install golang-go");
      return null;
    }
    Path program = Home.built().resolve("channels_go");
    try {
      Files.createDirectories(Home.built());
      Command.run(
          Home.path().resolve("bench/peers/channels_go"),
          Duration.ofMinutes(5),
          List.of("go", "build", "-o", program.toString(), "."));
      return program;
    } catch (IOException e) {
      report.missing(GO, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static double ours(Way way, long nanos) throws Exception {
    return Loomlet.run(
        () ->
            Timed.repeat(
                nanos,
                BATCH,
                way == Way.STREAM ? ChannelBenchmark::stream : ChannelBenchmark::pingPong));
  }

  private static void stream() {
    Channel<Integer> channel = new Channel<>();
    Greenlet<?> sender =
        Loomlet.spawn(
            () -> {
              for (int i = 0; i < BATCH; i++) {
                channel.send(i);
              }
            });
    Greenlet<?> receiver =
        Loomlet.spawn(
            () -> {
              for (int i = 0; i < BATCH; i++) {
                channel.receive();
              }
            });
    Loomlet.joinAll(sender, receiver);
  }

  private static void pingPong() {
    Channel<Integer> there = new Channel<>();
    Channel<Integer> back = new Channel<>();
    Greenlet<?> first =
        Loomlet.spawn(
            () -> {
              for (int i = 0; i < BATCH / 2; i++) {
                there.send(i);
                back.receive();
              }
            });
    Greenlet<?> second =
        Loomlet.spawn(
            () -> {
              for (int i = 0; i < BATCH / 2; i++) {
                back.send(there.receive());
              }
            });
    Loomlet.joinAll(first, second);
  }
}
