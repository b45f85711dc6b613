package dev.loomlet.cli.source;

import java.io.Serial;

/** Why a program cannot be started; its message is what {@code java FILE.java} prints. */
public final class ProgramFault extends Exception {
  @Serial private static final long serialVersionUID = 1;

  ProgramFault(String message) {
    super("error: " + message);
  }
}
