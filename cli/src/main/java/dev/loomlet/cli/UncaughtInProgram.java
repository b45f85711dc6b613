package dev.loomlet.cli;

import java.io.Serial;

/** Carries what a user's program threw through the command, which must not touch it. */
final class UncaughtInProgram extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Throwable thrown;

  UncaughtInProgram(Throwable thrown) {
    super(null, null, false, false);
    this.thrown = thrown;
  }

  Throwable thrown() {
    return thrown;
  }
}
