package dev.loomlet.cli;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.cli.processes.ProcessTable;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loomlet top}. */
@Command(
    name = "top",
    header = "Shows what 'loomlet ps' lists, over and over, until Ctrl-C.",
    description = "CPU is the share of a processor since the last time.")
final class TopCommand implements Callable<Integer> {
  private static final String CLEAR = "\033[H\033[2J\033[3J";

  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "from one time to the next (1)")
  double seconds;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "how often, then it ends; without a terminal, too")
  int count;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!(seconds >= 0.1 && seconds <= 3600)) {
      throw CommandFailure.usage("--interval is from 0.1 to 3600 seconds, not " + seconds);
    }
    if (count < 0) {
      throw CommandFailure.usage("--count is 1 or more, not " + count);
    }
    boolean terminal = hasTerminal();
    if (!terminal && count == 0) {
      throw CommandFailure.usage(
          "top needs a terminal; use --count N to print it N times, or loomlet ps");
    }
    PrintWriter out = spec.commandLine().getOut();
    Duration interval = Duration.ofMillis((long) (seconds * 1_000));
    ProcessTable before = ProcessTable.now();
    for (int i = 0; count == 0 || i < count; i++) {
      Thread.sleep(interval);
      ProcessTable table = ProcessTable.now();
      out.print(terminal ? CLEAR : "");
      out.print(table.toText(before));
      out.flush();
      before = table;
    }
    return ExitCode.OK;
  }

  @SuppressWarnings("SystemConsoleNull") // it is null where there is no terminal, also in JDK 25
  private static boolean hasTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
