package dev.loomlet.cli;

import dev.loomlet.cli.exit.ExitCode;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Has picocli understand the arguments, run a subcommand, or explain what is wrong. */
final class ParsedCommand {
  private ParsedCommand() {}

  static Outcome execute(PrintStream out, PrintStream err, String... args) {
    AtomicReference<@Nullable Throwable> uncaught = new AtomicReference<>();
    int exitCode =
        Subcommand.commandLineFor(args)
            .setOut(new PrintWriter(out, true, out.charset()))
            .setErr(new PrintWriter(err, true, err.charset()))
            .setParameterExceptionHandler((error, _) -> misused(error, err))
            .setExecutionExceptionHandler(
                (error, _, _) -> {
                  Outcome outcome = Main.failed(error, err);
                  uncaught.set(outcome.uncaught());
                  return outcome.exitCode();
                })
            .execute(args);
    return new Outcome(exitCode, uncaught.get());
  }

  private static int misused(ParameterException error, PrintStream err) {
    CommandLine command = error.getCommandLine();
    List<String> unmatched = command.getUnmatchedArguments();
    if (unmatched.isEmpty() && error instanceof UnmatchedArgumentException surplus) {
      unmatched = surplus.getUnmatched();
    }
    // A misspelt option is more to the point than the argument that is missing because of it.
    String what = unmatched.isEmpty() ? firstLine(error.getMessage()) : unknown(unmatched);
    Main.say(err, what + "; see '" + command.getCommandSpec().qualifiedName() + " --help'");
    return ExitCode.USAGE;
  }

  private static String unknown(List<String> words) {
    String first = words.getFirst();
    return "there is no " + (first.startsWith("-") ? "option " : "") + "'" + first + "'";
  }

  /** As a part of a sentence. */
  private static String firstLine(@Nullable String text) {
    String all = String.valueOf(text).strip();
    int end = all.indexOf('\n');
    String line = end < 0 ? all : all.substring(0, end).strip();
    return line.isEmpty() ? line : Character.toLowerCase(line.charAt(0)) + line.substring(1);
  }
}
