package dev.loomlet.cli;

import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.sim.SimResult;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.SimulationFailure;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loomlet sim replay}: one seed once more. */
@Command(
    name = "replay",
    header = "Runs a program under one seed, as often as wanted the same.",
    description =
        "What the program prints is shown. Give the options that the failure was printed with: a"
            + " failure happens again under the same seed and options only.")
final class SimReplayCommand implements Callable<Integer> {
  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();
  @Mixin final SimProgram program = new SimProgram();

  @Option(names = "--seed", paramLabel = "N", required = true, description = "which")
  long seed;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      SimResult result =
          Simulation.run(seed, program.simOptions(), program.load(spec.commandLine().getErr()));
      out.println(
          "seed "
              + seed
              + ": no failure, after "
              + result.time().toNanos() / 1e9
              + " s of virtual time and "
              + result.steps()
              + " steps, trace "
              + Long.toHexString(result.traceHash()));
      out.flush();
      return ExitCode.OK;
    } catch (SimulationFailure failure) {
      out.println(failure.getMessage());
      out.flush();
      Throwable cause = failure.getCause();
      if (cause != null) {
        cause.printStackTrace(spec.commandLine().getErr());
      }
      return ExitCode.FAILED;
    }
  }
}
