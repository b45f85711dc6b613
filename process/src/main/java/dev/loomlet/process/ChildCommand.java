package dev.loomlet.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The command line of a child JVM: this JDK, this JVM's flags, agents and class path. */
final class ChildCommand {
  /** What only one JVM can have, or what says something of this one. */
  private static final List<String> NOT_INHERITED =
      List.of(
          "-Djava.class.path=",
          "-Djdk.module.main",
          "-Dsun.java.",
          "-Djdk.launcher.",
          "-Dcom.sun.management.jmxremote.port=",
          "-agentlib:jdwp",
          "-Xrunjdwp",
          "-XX:AOTCacheOutput=",
          "-XX:AOTMode=",
          "-XX:AOTConfiguration=",
          "-XX:ArchiveClassesAtExit=",
          "-XX:StartFlightRecording");

  private static final Set<String> FLAGS_OF_OUR_OWN =
      Set.of("exit", "vfprintf", "abort", "-Xdebug");

  private ChildCommand() {}

  /** What does not change while this JVM runs; found out once. */
  private static final class Own {
    static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    static final List<String> ARGUMENTS = inherited();
    static final List<String> PROGRAM = program();

    private static List<String> inherited() {
      List<String> arguments = new ArrayList<>();
      for (String each : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
        if (NOT_INHERITED.stream().noneMatch(each::startsWith)
            && !FLAGS_OF_OUR_OWN.contains(each)) {
          arguments.add(each);
        }
      }
      return arguments;
    }

    private static List<String> program() {
      Module module = ChildMain.class.getModule();
      List<String> program = new ArrayList<>();
      String classPath = System.getProperty("java.class.path", "");
      if (!classPath.isEmpty()) {
        program.addAll(List.of("-cp", classPath));
      }
      String main = System.getProperty("jdk.module.main");
      if (module.isNamed()) {
        if (main != null) {
          program.add("--add-modules=" + main);
        }
        program.addAll(List.of("-m", module.getName() + "/" + ChildMain.class.getName()));
      } else {
        program.add(ChildMain.class.getName());
      }
      return program;
    }
  }

  /**
   * The command.
   *
   * @param jvmArguments behind the inherited ones
   */
  static List<String> of(List<String> jvmArguments, @Nullable String argument) {
    List<String> command = new ArrayList<>();
    command.add(Own.JAVA);
    command.addAll(Own.ARGUMENTS);
    command.addAll(jvmArguments);
    command.addAll(Own.PROGRAM);
    if (argument != null) {
      command.add(argument);
    }
    return command;
  }
}
