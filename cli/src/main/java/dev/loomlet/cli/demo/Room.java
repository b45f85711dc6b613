package dev.loomlet.cli.demo;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.system.OpenFiles;
import java.util.Locale;

/** Whether this process may have enough sockets open. */
final class Room {
  /** What the JVM and the loop themselves have open, and some to spare. */
  private static final int OWN = 200;

  private Room() {}

  /**
   * Checks that there is room for clients of several servers at once.
   *
   * @throws CommandFailure with what to change, if not
   */
  static void require(OpenFiles limits, int clients, int servers) {
    long needed = (long) clients * servers + OWN;
    long limit = limits.soft().orElse(Long.MAX_VALUE);
    if (needed > limit) {
      throw CommandFailure.missing(
          String.format(
              Locale.ROOT,
              "%d clients of each of %d servers need %d open files here, and the limit is %d: raise"
                  + " it with 'ulimit -n %d', or take fewer with --clients %d",
              clients,
              servers,
              needed,
              limit,
              needed,
              Math.max(1, (limit - OWN) / servers)));
    }
  }
}
