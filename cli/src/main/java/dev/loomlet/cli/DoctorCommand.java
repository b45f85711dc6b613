package dev.loomlet.cli;

import dev.loomlet.cli.doctor.Examination;
import dev.loomlet.cli.exit.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loomlet doctor}. */
@Command(
    name = "doctor",
    header = "Says what of this machine helps or hinders Loomlet, and what to change.")
final class DoctorCommand implements Callable<Integer> {
  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Option(names = "--json", description = "prints JSON")
  boolean json;

  @Override
  public Integer call() {
    Examination examination = Examination.ofThisMachine();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      examination.printJson(out);
    } else {
      examination.print(out, System.out.charset());
    }
    out.flush();
    return examination.isHealthy() ? ExitCode.OK : ExitCode.FAILED;
  }
}
