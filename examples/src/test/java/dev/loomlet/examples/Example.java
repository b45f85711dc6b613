package dev.loomlet.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of {@code examples/}, run by {@code ./loomlet run} in a process of its own. */
final class Example implements AutoCloseable {
  /** For everything that is waited for; only a program that hangs takes so long. */
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  private static final String LISTENING = "listening on ";

  private final String name;
  private final Process process;
  private final Output out;
  private final Output err;

  private Example(List<String> command) {
    this.name = String.join(" ", command);
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(home().toFile());
      // On a machine that is busy with other tests a step may take long; that is no warning here.
      builder.environment().put("LOOMLET_WATCH_HOG", "5000");
      this.process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.out = new Output(process.inputReader(StandardCharsets.UTF_8));
    this.err = new Output(process.errorReader(StandardCharsets.UTF_8));
  }

  /** The folder of the repository: the nearest one above that has the launcher. */
  static Path home() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(folder.resolve("loomlet"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("no loomlet launcher in any folder above this one");
      }
    }
    return folder;
  }

  /** Starts a program. */
  static Example start(String name, String... args) {
    return startUnder(List.of(), name, args);
  }

  /**
   * Starts a program by way of another one.
   *
   * @param prefix a command that runs the rest of its arguments
   */
  static Example startUnder(List<String> prefix, String name, String... args) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of("./loomlet", "run", "examples/" + name + ".java"));
    command.addAll(List.of(args));
    return new Example(command);
  }

  /** Starts a program from another folder. */
  static Example startFile(Path file) {
    return new Example(List.of("./loomlet", "run", file.toString()));
  }

  /** Runs a program to its end, with nothing on its standard input. */
  static Ended run(String name, String... args) {
    try (Example example = start(name, args)) {
      example.type("");
      return example.end();
    }
  }

  /**
   * Runs a program to its end, with nothing on its standard input.
   *
   * @param options of {@code loomlet run}
   */
  static Ended runWith(List<String> options, String name, String... args) {
    List<String> command = new ArrayList<>(List.of("./loomlet", "run"));
    command.addAll(options);
    command.add("examples/" + name + ".java");
    command.addAll(List.of(args));
    try (Example example = new Example(command)) {
      example.type("");
      return example.end();
    }
  }

  /** Runs a program from another folder to its end, with nothing on its standard input. */
  static Ended runFile(Path file) {
    try (Example example = startFile(file)) {
      example.type("");
      return example.end();
    }
  }

  /** Types something, for the program's standard input; an empty string ends that. */
  void type(String text) {
    try {
      if (text.isEmpty()) {
        process.outputWriter(StandardCharsets.UTF_8).close();
      } else {
        process.outputWriter(StandardCharsets.UTF_8).append(text).flush();
      }
    } catch (IOException e) {
      throw failure("does not read its input: " + e.getMessage());
    }
  }

  /** Waits until a program has printed something. */
  void awaitOutput(String text) {
    if (!out.await(text, PATIENCE)) {
      throw failure("never printed \"" + text + "\"");
    }
  }

  /** Waits until a server listens, and tells on which port. */
  int port() {
    awaitOutput(LISTENING);
    awaitOutput("\n");
    return out.text()
        .lines()
        .filter(line -> line.startsWith(LISTENING))
        .map(line -> Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** What it has printed so far. */
  String output() {
    return out.text();
  }

  /** Waits until it has ended. */
  Ended end() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw failure("has not ended");
      }
    } catch (InterruptedException e) {
      throw failure("was to end, but the test was interrupted");
    }
    return new Ended(process.exitValue(), out.whole(), withoutWarnings(err.whole()));
  }

  /** How a program ended, and what it printed. */
  record Ended(int exitCode, String out, String err) {

    /** The figure of the line "took … ms". */
    int millis() {
      return out.lines()
          .filter(line -> line.matches("took \\d+ ms"))
          .map(line -> Integer.parseInt(line.split(" ")[1]))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no line \"took ... ms\" in\n" + this));
    }
  }

  /** The JVM's own remarks on the machine it finds are none of the program's. */
  private static String withoutWarnings(String text) {
    return text.lines()
        .filter(line -> !line.matches("(\\[.*\\[warning\\]|OpenJDK .* warning:).*"))
        .map(line -> line + "\n")
        .reduce("", String::concat);
  }

  private AssertionError failure(String what) {
    return new AssertionError(
        name + " " + what + "\n--- output\n" + out.text() + "--- errors\n" + err.text());
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Collects what a process prints, on a thread of its own. */
  private static final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Thread reader;
    private boolean ended;

    Output(BufferedReader source) {
      reader = Thread.ofVirtual().start(() -> collect(source));
    }

    private void collect(BufferedReader source) {
      char[] some = new char[8192];
      try (source) {
        for (int n; (n = source.read(some)) >= 0; ) {
          append(some, n);
        }
      } catch (IOException e) {
        // The process was killed.
      } finally {
        end();
      }
    }

    private synchronized void append(char[] some, int n) {
      text.append(some, 0, n);
      notifyAll();
    }

    private synchronized void end() {
      ended = true;
      notifyAll();
    }

    synchronized String text() {
      return text.toString();
    }

    /** Everything, once there will be no more. */
    String whole() {
      try {
        reader.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return text();
    }

    /** Waits until a text is there. */
    synchronized boolean await(String wanted, Duration patience) {
      long deadline = System.nanoTime() + patience.toNanos();
      try {
        while (text.indexOf(wanted) < 0) {
          long millis = (deadline - System.nanoTime()) / 1_000_000;
          if (ended || millis <= 0) {
            return false;
          }
          wait(millis);
        }
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
