package dev.loomlet.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A process that answers each line by one line of JSON. */
final class Dialogue extends PausableProcess {
  private final BufferedWriter questions;
  private final BufferedReader answers;

  /** Starts the process. */
  Dialogue(List<String> command) throws IOException {
    super(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    // By the end of its input it ends as well, should this process die.
    questions = process().outputWriter();
    answers = process().inputReader();
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
}
