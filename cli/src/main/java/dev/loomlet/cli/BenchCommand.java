package dev.loomlet.cli;

import dev.loomlet.bench.BenchOptions;
import dev.loomlet.bench.Benchmarks;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loomlet bench}. */
@Command(
    name = "bench",
    header = "Measures Loomlet against a reference in C and against others, in turn.",
    description = "Without a NAME lists the benchmarks.")
final class BenchCommand implements Callable<Integer> {
  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      completionCandidates = Names.class,
      description = "one of ${COMPLETION-CANDIDATES}")
  @Nullable String name;

  @Option(names = "--json", description = "prints JSON instead of a table")
  boolean json;

  @Option(
      names = "--connections",
      paramLabel = "N",
      split = ",",
      description = "for echo: numbers of connections, such as 50,1000,10000")
  @Nullable List<Integer> connections;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "how long each thing is measured in each round")
  @Nullable Double seconds;

  @Option(names = "--rounds", paramLabel = "N", description = "how often each is measured")
  @Nullable Integer rounds;

  @Option(
      names = "--peers",
      paramLabel = "NAME",
      split = ",",
      description =
          "for echo: the servers to compare; for process: what to measure, by parts of the names;"
              + " all if not given")
  @Nullable List<String> peers;

  @Option(
      names = "--engines",
      paramLabel = "NAME",
      split = ",",
      completionCandidates = EngineOption.Names.class,
      description =
          "for echo, bulk and files: the engines on which Loomlet takes part, against C only unless"
              + " --peers names others")
  @Nullable List<String> engines;

  @Option(names = "--chart", paramLabel = "FILE", description = "where to draw the result, as SVG")
  @Nullable Path chart;

  /** For help and shell completion. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Benchmarks.names().keySet().iterator();
    }
  }

  @Override
  public Integer call() {
    if (name == null) {
      PrintWriter out = spec.commandLine().getOut();
      Benchmarks.names().forEach((each, what) -> out.printf("%-8s %s%n", each, what));
      return ExitCode.OK;
    }
    if (!Benchmarks.names().containsKey(name)) {
      throw CommandFailure.usage(
          "there is no benchmark '"
              + name
              + "'; choose one of "
              + String.join(", ", Benchmarks.names().keySet()));
    }
    return switch (Benchmarks.run(name, options(), System.out)) {
      case Benchmarks.OK -> ExitCode.OK;
      case Benchmarks.UNKNOWN -> ExitCode.USAGE;
      case Benchmarks.UNAVAILABLE -> ExitCode.MISSING;
      default -> ExitCode.FAILED;
    };
  }

  private BenchOptions options() {
    BenchOptions options = BenchOptions.defaults().withJson(json).withChart(chart);
    try {
      if (connections != null) {
        options = options.withConnections(connections);
      }
      if (seconds != null) {
        options = options.withSeconds(Duration.ofNanos(Math.round(seconds * 1e9)));
      }
      if (rounds != null) {
        options = options.withRounds(rounds);
      }
      if (peers != null) {
        options = options.withPeers(peers);
      }
      if (engines != null) {
        options = options.withEngines(engines);
      }
      return options;
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
  }
}
