package dev.loomlet.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A process that answers each line by one line of JSON. */
final class Dialogue implements AutoCloseable {
  private final Process process;
  private final BufferedWriter questions;
  private final BufferedReader answers;
  private boolean paused;

  /** Starts the process. */
  Dialogue(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    questions = process.outputWriter();
    answers = process.inputReader();
  }

  long pid() {
    return process.pid();
  }

  /**
   * Asks, and waits for the answer.
   *
   * @throws IOException if the process has ended, or its answer is an error
   */
  Map<?, ?> ask(String question) throws IOException {
    questions.write(question + "\n");
    questions.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the load generator has ended at: " + question);
    }
    Map<?, ?> answer = Json.readObject(line);
    if (answer.get("error") instanceof String error) {
      throw new IOException(error);
    }
    return answer;
  }

  /** Puts it aside as it is, by a signal, so that it takes no time from others. */
  void pause() {
    paused = Signal.STOP.send(pid());
  }

  /** Has it go on after {@link #pause}. */
  void resume() {
    if (paused) {
      paused = false;
      Signal.CONTINUE.send(pid());
    }
  }

  @Override
  public void close() {
    // One that is stopped does not hear that it should end.
    resume();
    // By the end of its input it ends as well, should this process die.
    process.destroy();
  }
}
