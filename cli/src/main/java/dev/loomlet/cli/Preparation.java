package dev.loomlet.cli;

import dev.loomlet.agent.PatchOptions;
import dev.loomlet.process.JavaProcess;
import java.io.IOException;
import java.time.Duration;

/** What the launcher runs so that programs and their processes start fast from the first one on. */
public final class Preparation {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private Preparation() {}

  /** Has the start-up cache of child processes made, and the changed classes of the JDK kept. */
  public static void main(String[] args) throws IOException, InterruptedException {
    // In this order, because children inherit what is patched.
    JavaProcess.prepare(LIMIT);
    Patching.install(PatchOptions.all());
  }
}
