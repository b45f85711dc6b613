package dev.loomlet.cli;

import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.cli.processes.ProcessTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loomlet ps}. */
@Command(
    name = "ps",
    header = "Lists this user's processes, with their loops, pools and queues.",
    description = {
      "Processes that are run by 'loomlet run', that use dev.loomlet.process, or are children of"
          + " such, half a second after their start. Each is asked by its control socket, which"
          + " only its user can open; LOOMLET_CONTROL names another folder for these, or says"
          + " 'off'.",
      "CPU is processor time since the start, MEMORY what is resident, HEAP what is in use of it."
    })
final class PsCommand implements Callable<Integer> {
  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Option(names = "--json", description = "prints JSON")
  boolean json;

  @Override
  public Integer call() throws IOException {
    ProcessTable table = ProcessTable.now();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(table.toJson());
    } else {
      out.print(table.toText(table));
    }
    out.flush();
    return ExitCode.OK;
  }
}
