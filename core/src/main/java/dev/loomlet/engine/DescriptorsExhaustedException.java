package dev.loomlet.engine;

import java.io.IOException;
import java.io.Serial;

/** The process or the system has no descriptor left (EMFILE, ENFILE). */
public final class DescriptorsExhaustedException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param what could not be done
   */
  public DescriptorsExhaustedException(String what) {
    super(what + ": too many open files; raise the limit with ulimit -n");
  }
}
