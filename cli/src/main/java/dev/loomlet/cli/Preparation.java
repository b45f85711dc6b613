package dev.loomlet.cli;

import dev.loomlet.process.JavaProcess;
import java.io.IOException;
import java.time.Duration;

/** What the launcher runs so that processes of programs start fast from the first one on. */
public final class Preparation {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private Preparation() {}

  /** Has the start-up cache of child processes made. */
  public static void main(String[] args) throws IOException, InterruptedException {
    JavaProcess.prepare(LIMIT);
  }
}
