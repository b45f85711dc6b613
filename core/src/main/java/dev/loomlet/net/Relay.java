package dev.loomlet.net;

import dev.loomlet.TaskGroup;
import dev.loomlet.TaskGroupException;
import dev.loomlet.io.Streams;
import java.io.IOException;

/**
 * What passed between two connections that were joined, as a proxy joins them.
 *
 * @param there bytes from the first to the second
 * @param back bytes from the second to the first
 */
public record Relay(long there, long back) {

  /**
   * Passes on in both directions what comes from either connection until both have ended. Waits;
   * needs a loop. The end of one direction is passed on as such, while the other one goes on. In
   * the end, however it comes, both are closed.
   *
   * @return how much has passed
   * @throws IOException if either connection breaks; the first error
   * @throws dev.loomlet.Cancelled if the caller is cancelled
   */
  public static Relay between(SocketStream first, SocketStream second) throws IOException {
    long[] passed = new long[2];
    try (first;
        second) {
      TaskGroup.run(
          group -> {
            group.spawn(() -> pass(first, second, passed, 0));
            group.spawn(() -> pass(second, first, passed, 1));
          });
    } catch (TaskGroupException e) {
      for (Throwable each : e.errors()) {
        if (each instanceof IOException broken) {
          throw broken;
        }
      }
      throw new IOException("a relay failed: " + e.getMessage(), e);
    }
    return new Relay(passed[0], passed[1]);
  }

  private static void pass(SocketStream from, SocketStream to, long[] passed, int direction)
      throws IOException {
    passed[direction] = Streams.copy(from, to);
    to.shutdownOutput();
  }
}
