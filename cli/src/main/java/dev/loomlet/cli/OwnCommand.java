package dev.loomlet.cli;

import dev.loomlet.bench.JavaCommand;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The command once more, in another process: with the same JVM, flags and start-up cache. */
final class OwnCommand {
  private static final String MAIN = Main.class.getName();
  private static final Path OWN = Path.of("/proc/self/cmdline");

  private OwnCommand() {}

  /**
   * A command line.
   *
   * @param args for {@code loomlet}
   */
  static List<String> of(List<String> args) {
    List<String> command = new ArrayList<>(untilMain());
    if (command.isEmpty()) {
      return JavaCommand.of(MAIN, List.of(), args.toArray(String[]::new));
    }
    command.addAll(args);
    return command;
  }

  /** How this process was started; nothing if that was not by {@link Main}, or nobody can tell. */
  private static List<String> untilMain() {
    String text;
    try {
      text = Files.readString(OWN, Charset.forName(System.getProperty("sun.jnu.encoding")));
    } catch (IOException | IllegalArgumentException e) {
      return List.of();
    }
    List<String> words = Arrays.asList(text.split("\0"));
    List<String> begin = words.subList(0, words.indexOf(MAIN) + 1);
    if (begin.isEmpty()) {
      return begin;
    }
    List<String> command = new ArrayList<>(begin);
    command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    return command;
  }
}
