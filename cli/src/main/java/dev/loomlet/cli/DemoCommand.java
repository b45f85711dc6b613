package dev.loomlet.cli;

import dev.loomlet.agent.PatchOptions;
import dev.loomlet.cli.demo.EchoShow;
import dev.loomlet.cli.demo.Example;
import dev.loomlet.cli.demo.Examples;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loomlet demo}. */
@Command(
    name = "demo",
    header = "Shows what it can do: an example of the course, or a crowd of clients.",
    description = {
      "With a ROW (or a name that --list shows) runs that example; what follows goes to it.",
      "Without one: "
          + "1,000 TCP clients against three servers, thread per connection, the JDK's"
          + " virtual threads, and Loomlet; every reply is checked."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int CLIENTS = 1000;
  private static final double SECONDS = 5;
  private static final Path CHART = Path.of("loomlet-demo.svg");

  private final PrintStream out = System.out;

  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Mixin final EngineOption engine = new EngineOption();

  @Option(names = "--list", description = "lists the examples")
  boolean list;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "how many clients each server gets (1000)")
  @Nullable Integer clients;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "how long each server is measured (5)")
  @Nullable Double seconds;

  @Option(
      names = "--chart",
      paramLabel = "FILE",
      description = "where to draw the result (loomlet-demo.svg)")
  @Nullable Path chart;

  @Parameters(index = "0", arity = "0..1", paramLabel = "ROW", description = "as T1 or C10")
  @Nullable String row;

  @Parameters(index = "1..*", paramLabel = "ARGS", description = "for the example")
  List<String> args = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    if (list) {
      for (Example each : Examples.in(Home.examples()).all()) {
        spec.commandLine()
            .getOut()
            .printf("%-4s %-26s %s%n", each.row(), each.name(), each.title());
      }
      return ExitCode.OK;
    }
    if (row == null) {
      return show();
    }
    if (clients != null || seconds != null || chart != null) {
      throw CommandFailure.usage(
          "--clients, --seconds and --chart belong to the show without a row; an example's own"
              + " arguments go behind its row");
    }
    Example example = Examples.in(Home.examples()).find(row);
    return new RunArguments(
            engine.name,
            1,
            null,
            Map.of(),
            PatchOptions.all(),
            true,
            false,
            ProgramChoice.of(example.file().toString(), libraries()),
            args)
        .run(spec.commandLine().getErr());
  }

  /** Those that some examples need; none before the whole project was built. */
  private static List<Path> libraries() {
    return ClassPath.parse(Home.examples().resolve("target/lib") + "/*");
  }

  private int show() throws Exception {
    EchoShow show =
        new EchoShow(
            out,
            clients == null ? CLIENTS : clients,
            seconds == null ? SECONDS : seconds,
            chart == null ? CHART : chart);
    List<String> serverArguments =
        engine.name == null ? List.of() : List.of("--engine", engine.name);
    return show.run(
        EngineChoice.apply(engine.name),
        Home.examples().resolve("C10EchoServer.java"),
        serverArguments);
  }
}
