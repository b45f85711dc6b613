package dev.loomlet.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A test program in a JVM of its own, with the class path of the tests. */
public final class ChildJvm implements AutoCloseable {
  /**
   * What a shell runs in the background is deaf to some signals, what {@code nohup} runs to others,
   * and so are all descendants.
   */
  private static final List<String> WITH_USUAL_SIGNALS =
      System.getProperty("os.name").equals("Linux")
          ? List.of("/usr/bin/env", "--default-signal")
          : List.of();

  private final Process process;
  private final BufferedReader output;

  private ChildJvm(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts a program with the flags that Loomlet needs. */
  public static ChildJvm start(Class<?> main, String... arguments) {
    return start(
        WITH_USUAL_SIGNALS, List.of("@" + home().resolve("build/jvm.args")), main, arguments);
  }

  /**
   * Starts a program.
   *
   * @param prefix a command that runs the rest of its arguments, such as prlimit
   * @param flags for the JVM, which is given only the quicker one of its compilers
   */
  public static ChildJvm start(
      List<String> prefix, List<String> flags, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Such a program ends before a better compiler would have paid.
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    try {
      return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of the repository. */
  public static Path home() {
    return Path.of(System.getProperty("loomlet.home", "..")).toAbsolutePath();
  }

  /** Writes a line to the program's standard input. */
  public void send(String line) throws IOException {
    BufferedWriter input = process.outputWriter(StandardCharsets.UTF_8);
    input.write(line);
    input.newLine();
    input.flush();
  }

  /** The next line that the program printed; null at its end. */
  public String line() throws IOException {
    return output.readLine();
  }

  /** Reads lines up to one that begins so, and returns the rest of it. */
  public String lineAfter(String start) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (String line = line(); line != null; line = line()) {
      if (line.startsWith(start)) {
        return line.substring(start.length());
      }
      seen.append(line).append('\n');
    }
    throw new AssertionError("the program ended without a line '" + start + "…':\n" + seen);
  }

  /** All that is left of its output. */
  public String rest() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line = line(); line != null; line = line()) {
      text.append(line).append('\n');
    }
    return text.toString();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the program did not end within a minute");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
