package dev.loomlet.engine;

import java.io.IOException;
import java.io.Serial;

/**
 * The process or the system has no descriptor left (EMFILE, ENFILE), or the engine cannot wait for
 * one more.
 */
public final class DescriptorsExhaustedException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param what could not be done
   */
  public DescriptorsExhaustedException(String what) {
    this(what, "too many open files; raise the limit with ulimit -n");
  }

  /**
   * Creates the exception.
   *
   * @param what could not be done
   * @param why and what to do about it
   */
  public DescriptorsExhaustedException(String what, String why) {
    super(what + ": " + why);
  }
}
