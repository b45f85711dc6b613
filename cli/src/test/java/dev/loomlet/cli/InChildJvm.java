package dev.loomlet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

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
    CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(process, true));
    CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process, false));
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("did not end in time: " + out.join() + err.join());
    }
    return new Completed(process.exitValue(), out.join(), err.join(), null);
  }

  private static String read(Process process, boolean out) {
    try (var stream = out ? process.getInputStream() : process.getErrorStream()) {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
