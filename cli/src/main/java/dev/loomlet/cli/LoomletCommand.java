package dev.loomlet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code loomlet} itself, which does nothing without a subcommand. */
@Command(
    name = "loomlet",
    description = "gevent for the JVM: blocking code, run as coroutines on one thread.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class LoomletCommand implements Runnable {
  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getErr());
    throw new ParameterException(spec.commandLine(), "a subcommand is missing");
  }
}
