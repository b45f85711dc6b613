package dev.loomlet.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A load generator in a process of its own, told by lines what to do; {@code load --control} in C
 * or {@link EchoLoad}. Connections stay open between visits, so that a visit costs only itself.
 */
final class LoadControl implements AutoCloseable {
  private final Process process;
  private final BufferedWriter commands;
  private final BufferedReader answers;

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
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    commands = process.outputWriter();
    answers = process.inputReader();
  }

  /**
   * Opens connections to a server and makes sure that each is served.
   *
   * @throws IOException if not all can be opened
   */
  void open(String name, int port, int connections) throws IOException {
    ask("open " + name + " " + port + " " + connections);
  }

  /** Has all connections to a server send, await the reply, and so on, for a time. */
  Visit run(String name, Duration time) throws IOException {
    Map<?, ?> answer = ask("run " + name + " " + time.toNanos() / 1e9);
    return new Visit(
        Json.number(answer, "requests"),
        Json.number(answer, "errors") + Json.number(answer, "mismatches"),
        Json.number(answer, "throughput"),
        Json.number(answer, "p50_us"),
        Json.number(answer, "p99_us"));
  }

  /** Closes the connections to a server. */
  void close(String name) throws IOException {
    ask("close " + name);
  }

  private Map<?, ?> ask(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the load generator has ended at: " + command);
    }
    Map<?, ?> answer = Json.readObject(line);
    if (answer.get("error") instanceof String error) {
      throw new IOException(error);
    }
    return answer;
  }

  @Override
  public void close() {
    // By the end of its input it ends as well, should this process die.
    process.destroy();
  }
}
