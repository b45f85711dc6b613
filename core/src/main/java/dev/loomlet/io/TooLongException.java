package dev.loomlet.io;

import java.io.IOException;
import java.io.Serial;

/**
 * A line, a frame or another piece of a stream is longer than its reader allows; asyncio's {@code
 * LimitOverrunError}. Nothing of it was taken: it may be read with a larger limit, or skipped.
 */
public final class TooLongException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what is too long, and what to do
   */
  public TooLongException(String message) {
    super(message);
  }
}
