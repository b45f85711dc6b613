package dev.loomlet.cli;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Where the {@code loomlet} command begins. Knows nothing of picocli; see {@link RunArguments}. */
public final class Main {
  private static final String RUN = "run";

  private Main() {}

  /**
   * Runs a subcommand and ends the JVM with its exit code. After a success it only returns, so that
   * threads that a program has left behind go on, as after any {@code main}.
   *
   * @throws Throwable what a program that was run has thrown: the JVM reports it as it does for
   *     {@code java FILE.java}, and exits with 1
   */
  public static void main(String[] args) throws Throwable {
    Outcome outcome = execute(System.out, System.err, args);
    if (outcome.uncaught() != null) {
      throw outcome.uncaught();
    }
    if (outcome.exitCode() != ExitCode.OK) {
      System.exit(outcome.exitCode());
    }
  }

  /** Runs a subcommand in this JVM. */
  static Outcome execute(PrintStream out, PrintStream err, String... args) {
    if (args.length > 0 && args[0].equals(RUN)) {
      try {
        RunArguments run = RunArguments.parse(List.of(args).subList(1, args.length));
        if (run != null) {
          return new Outcome(run.run(new PrintWriter(err, true, err.charset())), null);
        }
      } catch (RuntimeException e) {
        return failed(e, err);
      }
    }
    return ParsedCommand.execute(out, err, args);
  }

  /** Tells why a command could not do what it should. */
  static Outcome failed(Exception error, PrintStream err) {
    switch (error) {
      case UncaughtInProgram program -> {
        return new Outcome(ExitCode.FAILED, program.thrown());
      }
      case CommandFailure failure -> {
        say(err, String.valueOf(failure.getMessage()));
        return new Outcome(failure.exitCode(), null);
      }
      case IOException e -> sayMessage(err, e);
      case UncheckedIOException e -> sayMessage(err, e);
      // A mistake of ours: whoever reports it needs the trace.
      default -> error.printStackTrace(err);
    }
    return new Outcome(ExitCode.FAILED, null);
  }

  private static void sayMessage(PrintStream err, Exception error) {
    String message = error.getMessage();
    say(err, message == null ? error.toString() : message);
  }

  /** Prints one sentence for the user. */
  static void say(PrintStream err, String sentence) {
    err.println("loomlet: " + sentence);
  }
}
