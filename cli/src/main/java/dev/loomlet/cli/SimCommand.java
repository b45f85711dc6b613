package dev.loomlet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code loomlet sim}, which does nothing without saying what to do. */
@Command(
    name = "sim",
    header = "Runs a program in simulations: virtual time, many schedules, faults.",
    subcommands = {SimRunCommand.class, SimReplayCommand.class, SimWorkCommand.class})
final class SimCommand implements Runnable {
  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "say what to do: 'loomlet sim run PROGRAM' or 'loomlet sim replay PROGRAM --seed N'");
  }
}
