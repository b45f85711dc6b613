package dev.loomlet.bench;

import java.util.ArrayList;
import java.util.List;

/** Programs that know nothing of Loomlet, run by {@code loomlet run}. */
final class LoomletRun {
  static final String MISSING =
      "the command is not on the class path; ./loomlet bench has it, mvn package makes it";

  private static final String COMMAND = "dev.loomlet.cli.Main";

  private LoomletRun() {}

  /** Whether the command is there. */
  static boolean isInReach() {
    try {
      Class.forName(COMMAND, false, LoomletRun.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /**
   * What starts a program, with the flags that the launcher gives.
   *
   * @param mainClass of this class path or among the jars of peers
   * @param engine as in {@code --engine}
   */
  static List<String> of(String mainClass, String engine, String... args) {
    List<String> all = new ArrayList<>(List.of("run", "--engine", engine, "-cp"));
    all.add(JavaCommand.classPath(true));
    all.add(mainClass);
    all.addAll(List.of(args));
    return JavaCommand.withoutPeers(COMMAND, List.of(), all.toArray(String[]::new));
  }
}
