package dev.loomlet.cli;

import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.sim.SimMain;
import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.SimulationFailure;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loomlet sim work}: a process of {@link SimRunCommand}, to which it reports by lines. */
@Command(name = "work", hidden = true, header = "A process of 'loomlet sim run'.")
final class SimWorkCommand implements Callable<Integer> {
  /** Before the number of seeds that were run. */
  static final String DONE = "done ";

  /** Before the text of a failure, which goes on to the end. */
  static final String FAILED = "failed";

  private static final int REPORTED = 50;

  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();
  @Mixin final SimProgram program = new SimProgram();

  @Option(names = "--first", required = true, description = "its first seed")
  long first;

  @Option(names = "--step", required = true, description = "from one of its seeds to the next")
  int step;

  @Option(names = "--count", required = true, description = "how many seeds")
  int count;

  @Override
  public Integer call() {
    PrintStream out = System.out;
    SimOptions options = program.simOptions();
    SimMain main = program.load(spec.commandLine().getErr());
    // What the program prints a thousand times is of no use to anybody.
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    for (int i = 0; i < count; i++) {
      try {
        Simulation.run(first + (long) i * step, options, main);
      } catch (SimulationFailure failure) {
        out.println(FAILED);
        out.println(Simulation.minimize(failure, main).getMessage());
        out.flush();
        return ExitCode.FAILED;
      }
      if ((i + 1) % REPORTED == 0) {
        out.println(DONE + (i + 1));
        out.flush();
      }
    }
    out.println(DONE + count);
    out.flush();
    return ExitCode.OK;
  }
}
