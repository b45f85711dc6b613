package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs programs that end by themselves. */
final class Command {
  private static final int ERROR_LENGTH = 2000;

  private Command() {}

  /**
   * Runs a program to its end.
   *
   * @param folder in which it runs, or null for this one's
   * @return what it wrote to standard output
   * @throws IOException if it cannot be started, takes too long, or ends with another status than
   *     0; with the end of what it wrote to standard error
   */
  static String run(@Nullable Path folder, Duration timeout, List<String> command)
      throws IOException {
    // Files rather than pipes: nobody need empty them, and a child that hangs cannot make us hang.
    Path output = Files.createTempFile("loomlet-bench", ".out");
    Path errors = Files.createTempFile("loomlet-bench", ".err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
    if (folder != null) {
      builder.directory(folder.toFile());
    }
    Process process = null;
    try {
      process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(timeout)) {
        throw failure(command, "did not end within " + timeout.toSeconds() + " s", errors);
      }
      if (process.exitValue() != 0) {
        throw failure(command, "ended with status " + process.exitValue(), errors);
      }
      return Files.readString(output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(output);
      Files.deleteIfExists(errors);
    }
  }

  private static IOException failure(List<String> command, String what, Path errors)
      throws IOException {
    String text = Files.readString(errors).strip();
    String end = text.substring(Math.max(0, text.length() - ERROR_LENGTH));
    return new IOException(
        String.join(" ", command) + " " + what + (end.isEmpty() ? "" : ": " + end));
  }

  /** Whether a program runs and ends well. */
  static boolean succeeds(List<String> command) {
    try {
      run(null, Duration.ofSeconds(30), command);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
