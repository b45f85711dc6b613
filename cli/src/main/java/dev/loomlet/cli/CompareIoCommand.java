package dev.loomlet.cli;

import dev.loomlet.bench.IoComparison;
import dev.loomlet.bench.UnmeasurableException;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.cli.system.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code loomlet compare io}. */
@Command(
    name = "io",
    header = "The same server on each engine, with few and with many connections.",
    description =
        "Throughput, latency, processor time, system calls and context switches for each request."
            + " The figure to trust is processor time: it does not depend on who makes the load.")
final class CompareIoCommand implements Callable<Integer> {
  /** What the JVM and the loop themselves have open, and some to spare. */
  private static final int OWN_FILES = 200;

  @Mixin final HelpOption help = new HelpOption();

  @Option(
      names = "--connections",
      paramLabel = "N",
      split = ",",
      description = "numbers of connections (1,10,100,1000,10000)")
  @Nullable List<Integer> connections;

  @Option(
      names = "--engines",
      paramLabel = "NAME",
      split = ",",
      completionCandidates = EngineOption.Names.class,
      description = "some of ${COMPLETION-CANDIDATES}; all if not given")
  @Nullable List<String> engines;

  @Option(
      names = "--peers",
      description = "also servers in C, on Netty and on the JDK's virtual threads, where they are")
  boolean peers;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "how long each server is visited in each round (0.5)")
  @Nullable Double seconds;

  @Option(names = "--rounds", paramLabel = "N", description = "how often each is visited (5)")
  @Nullable Integer rounds;

  @Option(names = "--json", paramLabel = "FILE", description = "where to write all figures")
  @Nullable Path json;

  @Option(names = "--svg", paramLabel = "FILE", description = "where to draw the picture")
  @Nullable Path svg;

  @Override
  public Integer call() throws IOException {
    IoComparison.Options options = options();
    requireFiles(OpenFiles.limits(), options.most());
    OutputFile.require("--json", json);
    OutputFile.require("--svg", svg);
    IoComparison comparison;
    try {
      comparison = IoComparison.measure(options, line -> System.err.println("compare io: " + line));
    } catch (UnmeasurableException e) {
      throw CommandFailure.missing(String.valueOf(e.getMessage()));
    }
    comparison.print(System.out);
    if (json != null) {
      comparison.writeJson(json);
    }
    if (svg != null) {
      comparison.writeSvg(svg);
    }
    return comparison.allRight() ? ExitCode.OK : ExitCode.FAILED;
  }

  private IoComparison.Options options() {
    IoComparison.Options usual = IoComparison.Options.defaults();
    try {
      return new IoComparison.Options(
          connections == null ? usual.connections() : connections,
          engines == null ? usual.engines() : engines,
          peers,
          seconds == null ? usual.seconds() : Duration.ofNanos(Math.round(seconds * 1e9)),
          rounds == null ? usual.rounds() : rounds);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Checks that a process may have that many connections.
   *
   * @throws CommandFailure with what to change, if not
   */
  static void requireFiles(OpenFiles limits, int connections) {
    long needed = (long) connections + OWN_FILES;
    long limit = limits.soft().orElse(Long.MAX_VALUE);
    if (needed > limit) {
      throw CommandFailure.missing(
          String.format(
              Locale.ROOT,
              "a server with %d connections needs %d open files, and the limit is %d: raise it with"
                  + " 'ulimit -n %d', or end --connections at %d",
              connections,
              needed,
              limit,
              needed,
              Math.max(1, limit - OWN_FILES)));
    }
  }
}
