package dev.loomlet.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A load generator in a process of its own, told by lines what to do; {@code load --control} in C
 * or {@link EchoLoad}. Connections stay open between visits, so that a visit costs only itself.
 */
final class LoadControl implements AutoCloseable {
  private final Dialogue dialogue;

  /**
   * What came out of one visit.
   *
   * @param requests answered rightly or wrongly
   * @param wrong errors, and replies that were not what was expected
   * @param perSecond requests
   * @param p50 median time of a request in microseconds
   * @param p99 the time that one in a hundred takes longer than
   */
  record Visit(double requests, double wrong, double perSecond, double p50, double p99) {}

  /** Starts the generator. */
  LoadControl(List<String> command) throws IOException {
    dialogue = new Dialogue(command);
  }

  /**
   * Opens connections to a server and makes sure that each is served.
   *
   * @throws IOException if not all can be opened
   */
  void open(String name, int port, int connections) throws IOException {
    dialogue.ask("open " + name + " " + port + " " + connections);
  }

  /** Has all connections to a server send, await the reply, and so on, for a time. */
  Visit run(String name, Duration time) throws IOException {
    Map<?, ?> answer = dialogue.ask("run " + name + " " + time.toNanos() / 1e9);
    return new Visit(
        Json.number(answer, "requests"),
        Json.number(answer, "errors") + Json.number(answer, "mismatches"),
        Json.number(answer, "throughput"),
        Json.number(answer, "p50_us"),
        Json.number(answer, "p99_us"));
  }

  /** Closes the connections to a server. */
  void close(String name) throws IOException {
    dialogue.ask("close " + name);
  }

  @Override
  public void close() {
    dialogue.close();
  }
}
