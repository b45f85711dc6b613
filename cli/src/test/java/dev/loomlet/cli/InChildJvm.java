package dev.loomlet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs the command as the launcher does: in a JVM of its own. */
final class InChildJvm {
  /** For a program that ends before a better one would have paid. */
  static final String QUICKER_COMPILER = "-XX:TieredStopAtLevel=1";

  private static final int SECONDS = 90;

  private InChildJvm() {}

  /** With the project as home. */
  static Completed loomlet(String... args) throws Exception {
    return loomlet(projectHome(), Path.of(""), args);
  }

  static Path projectHome() {
    return Path.of(System.getProperty("loomlet.home")).toAbsolutePath().normalize();
  }

  /** The JVM, with the arguments that every program gets. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "@" + projectHome().resolve("build/jvm.args"),
        QUICKER_COMPILER);
  }

  /** The command; a program that it is to run is compiled here. */
  static List<String> command(Path home, String... args) {
    if (args.length > 0 && args[0].equals("run")) {
      KeptPrograms.keep(StartCache.ARGUMENTS.getLast(), args);
    }
    return commandThatCompiles(home, args);
  }

  /** The command, of which a program that it has not run yet is compiled where it runs. */
  static List<String> commandThatCompiles(Path home, String... args) {
    List<String> command = new ArrayList<>(java());
    command.add("-Dloomlet.home=" + home);
    command.addAll(StartCache.ARGUMENTS);
    command.add("dev.loomlet.cli.Main");
    command.addAll(List.of(args));
    return command;
  }

  /**
   * With the project as home, for a JVM that is to hear signals. What a shell runs in the
   * background is deaf to some of them, what {@code nohup} runs to others, and so are all
   * descendants.
   */
  static List<String> withUsualSignals(String... args) {
    List<String> command = new ArrayList<>(List.of("/usr/bin/env", "--default-signal"));
    command.addAll(command(projectHome(), args));
    return command;
  }

  static Completed loomlet(Path home, Path directory, String... args) throws Exception {
    return loomlet(directory, Map.of(), command(home, args));
  }

  /**
   * Runs a whole command.
   *
   * @param environment variables to add
   */
  static Completed loomlet(Path directory, Map<String, String> environment, List<String> command)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toAbsolutePath().toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return completed(process, _ -> {});
  }

  /** With the project as home; a line has been typed when it starts. */
  static Completed loomletTold(String... args) throws Exception {
    Process process = new ProcessBuilder(command(projectHome(), args)).start();
    type(process);
    return completed(process, _ -> {});
  }

  /**
   * With the project as home; a line is typed once the command has written something to standard
   * error.
   *
   * @param sign what it has written by then
   */
  static Completed loomletToldAfter(String sign, String... args) throws Exception {
    Process process = new ProcessBuilder(command(projectHome(), args)).start();
    return completed(
        process,
        new Consumer<>() {
          private boolean told;

          @Override
          public void accept(String errors) {
            if (!told && errors.contains(sign)) {
              told = true;
              type(process);
            }
          }
        });
  }

  private static void type(Process process) {
    try (OutputStream keyboard = process.getOutputStream()) {
      keyboard.write('\n');
    } catch (IOException e) {
      // It has ended, and the test will see how.
    }
  }

  private static Completed completed(Process process, Consumer<String> watcher) throws Exception {
    FutureTask<String> out = reading(process.inputReader(UTF_8), _ -> {});
    FutureTask<String> err = reading(process.errorReader(UTF_8), watcher);
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("did not end in time: " + out.get() + err.get());
    }
    return new Completed(process.exitValue(), out.get(), err.get(), null);
  }

  private static FutureTask<String> reading(Reader from, Consumer<String> watcher) {
    FutureTask<String> task = new FutureTask<>(() -> read(from, watcher));
    Thread.ofPlatform().daemon().name("reader").start(task);
    return task;
  }

  private static String read(Reader from, Consumer<String> watcher) {
    StringBuilder text = new StringBuilder();
    try (from) {
      char[] some = new char[8192];
      for (int n = from.read(some); n >= 0; n = from.read(some)) {
        text.append(some, 0, n);
        watcher.accept(text.toString());
      }
    } catch (IOException e) {
      // It was ended.
    }
    return text.toString();
  }
}
