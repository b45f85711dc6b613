package dev.loomlet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code loomlet compare}, which does nothing without saying what to compare. */
@Command(
    name = "compare",
    header = "Shows side by side what Loomlet lets you choose.",
    subcommands = CompareIoCommand.class)
final class CompareCommand implements Runnable {
  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to compare: 'loomlet compare io' is what there is");
  }
}
