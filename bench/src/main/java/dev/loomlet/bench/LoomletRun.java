package dev.loomlet.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs that know nothing of Loomlet, run by {@code ./loomlet run}. */
final class LoomletRun {
  static final String MISSING = "./loomlet is not built; mvn package builds it";

  private LoomletRun() {}

  /** Whether the command is there. */
  static boolean isInReach() {
    return Files.isExecutable(launcher())
        && Files.isRegularFile(Home.path().resolve("cli/target/app/stamp"));
  }

  private static Path launcher() {
    return Home.path().resolve("loomlet");
  }

  /**
   * What starts a program, in the process that it then is.
   *
   * @param engine as in {@code --engine}
   * @param classPath as in {@code -cp}
   * @param program a class of the class path, or a source file
   */
  static List<String> of(String engine, String classPath, String program, String... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "LOOMLET_BUILD=never",
                launcher().toString(),
                "run",
                "--engine",
                engine,
                "-cp",
                classPath,
                program));
    command.addAll(List.of(args));
    return command;
  }

  /** The same by the JDK alone, with its defaults. */
  static List<String> plain(String classPath, String program, String... args) {
    List<String> command = new ArrayList<>(List.of(JavaCommand.java(), "-cp", classPath, program));
    command.addAll(List.of(args));
    return command;
  }
}
