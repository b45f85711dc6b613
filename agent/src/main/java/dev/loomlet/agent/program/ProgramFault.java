package dev.loomlet.agent.program;

import java.io.Serial;

/** Why a program cannot be started; its message is what {@code java FILE.java} prints. */
public final class ProgramFault extends Exception {
  @Serial private static final long serialVersionUID = 1;

  /**
   * A fault.
   *
   * @param message what is wrong, without the word "error"
   */
  public ProgramFault(String message) {
    super("error: " + message);
  }
}
