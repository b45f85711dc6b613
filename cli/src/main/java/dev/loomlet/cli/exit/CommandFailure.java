package dev.loomlet.cli.exit;

import java.io.Serial;

/** Ends the command with one sentence for the user and no stack trace. */
public final class CommandFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int exitCode;

  private CommandFailure(int exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  /** The user asked for something that does not exist or make sense. */
  public static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, message);
  }

  /** The machine lacks something. */
  public static CommandFailure missing(String message) {
    return new CommandFailure(ExitCode.MISSING, message);
  }

  /** What was to be done has failed. */
  public static CommandFailure failed(String message) {
    return new CommandFailure(ExitCode.FAILED, message);
  }

  /** One of {@link ExitCode}. */
  public int exitCode() {
    return exitCode;
  }
}
