package dev.loomlet.cli;

import dev.loomlet.cli.exit.CommandFailure;
import org.jspecify.annotations.Nullable;

/** The value of {@code --loops}. */
final class LoopCount {
  static final String AUTO = "auto";

  /** More than that are a slip of the finger. */
  private static final int MOST = 1_024;

  private LoopCount() {}

  /**
   * Understands it.
   *
   * @param text a number, {@code auto} for the number of processors, or null for one loop
   * @throws CommandFailure if it is something else
   */
  static int parse(@Nullable String text) {
    if (text == null) {
      return 1;
    }
    if (text.equals(AUTO)) {
      return Runtime.getRuntime().availableProcessors();
    }
    try {
      int count = Integer.parseInt(text);
      if (count >= 1 && count <= MOST) {
        return count;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw CommandFailure.usage(
        "--loops takes a number from 1 to "
            + MOST
            + ", or auto for one loop for each processor; not '"
            + text
            + "'");
  }
}
