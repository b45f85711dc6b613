package dev.loomlet.cli;

import dev.loomlet.cli.exit.ExitCode;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The subcommands. Each is made only when it is called for, or when all of them are to be shown.
 */
enum Subcommand {
  RUN("run", true),
  DEMO("demo", true),
  DOCTOR("doctor", false),
  BENCH("bench", false),
  COMPARE("compare", false),
  SCHED("sched", false),
  SIM("sim", false),
  PS("ps", false),
  TOP("top", false),
  COMPLETION("completion", false),
  HELP("help", false);

  private final String word;

  /** Whether all that follows its first plain argument belongs to a program. */
  private final boolean passesArguments;

  Subcommand(String word, boolean passesArguments) {
    this.word = word;
    this.passesArguments = passesArguments;
  }

  /** The command line that can understand the given arguments. */
  static CommandLine commandLineFor(String... args) {
    if (args.length > 0) {
      for (Subcommand each : values()) {
        if (each.word.equals(args[0]) && each != HELP && each != COMPLETION) {
          return commandLine(each);
        }
      }
    }
    return commandLine(values());
  }

  private CommandLine make() {
    Object command =
        switch (this) {
          case RUN -> new RunCommand();
          case DEMO -> new DemoCommand();
          case DOCTOR -> new DoctorCommand();
          case BENCH -> new BenchCommand();
          case COMPARE -> new CompareCommand();
          case SCHED -> new SchedCommand();
          case SIM -> new SimCommand();
          case PS -> new PsCommand();
          case TOP -> new TopCommand();
          case COMPLETION -> new CompletionCommand();
          case HELP -> new CommandLine.HelpCommand();
        };
    CommandLine line = new CommandLine(command);
    setExitCodes(line);
    return line;
  }

  private static CommandLine commandLine(Subcommand... subcommands) {
    CommandLine root = new CommandLine(new LoomletCommand());
    setExitCodes(root);
    for (Subcommand each : subcommands) {
      root.addSubcommand(each.word, each.make());
    }
    // For all of them: a program's arguments may begin with "@" and must arrive as they are.
    root.setExpandAtFiles(false);
    for (Subcommand each : subcommands) {
      if (each.passesArguments) {
        Objects.requireNonNull(root.getSubcommands().get(each.word)).setStopAtPositional(true);
      }
    }
    return root;
  }

  private static void setExitCodes(CommandLine command) {
    UsageMessageSpec usage = command.getCommandSpec().usageMessage();
    usage.exitCodeListHeading("%nExit status:%n");
    usage.exitCodeList(ExitCode.descriptions());
    command.getSubcommands().values().forEach(Subcommand::setExitCodes);
  }
}
