package dev.loomlet.process;

import dev.loomlet.Action;
import dev.loomlet.jdk.InheritedPatch;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The command line of a child JVM: this JDK, this JVM's flags, agents and class path. */
final class ChildCommand {
  /** What only one JVM can have, or what says something of this one. */
  private static final List<String> NOT_INHERITED =
      List.of(
          "-Djava.class.path=",
          "-Djdk.module.main",
          "-D" + InheritedPatch.PROPERTY + "=",
          "-Dsun.java.",
          "-Djdk.launcher.",
          "-D" + StartJar.OWN_JARS + "=",
          "-Dcom.sun.management.jmxremote.port=",
          "-agentlib:jdwp",
          "-Xrunjdwp",
          "-XX:AOTCacheOutput=",
          "-XX:AOTMode=",
          "-XX:AOTConfiguration=",
          "-XX:ArchiveClassesAtExit=",
          // Saves time with very many greenlets, and costs a third of a start.
          "-XX:+UseTransparentHugePages",
          "-XX:-UseTransparentHugePages",
          "-XX:StartFlightRecording");

  /** Of no use to children that have a cache of their own. */
  private static final List<String> CACHES =
      List.of("-XX:AOTCache=", "-XX:SharedArchiveFile=", "-Xlog:aot");

  private static final Set<String> FLAGS_OF_OUR_OWN =
      Set.of("exit", "vfprintf", "abort", "-Xdebug");

  private static final List<String> SIZES_OF_THE_HEAP =
      List.of("-Xms", "-Xmx", "-Xmn", "-XX:InitialHeapSize", "-XX:MaxHeapSize", "-XX:MinHeapSize");

  /**
   * What a child begins with; by default it is a share of all memory, whose tables take pages to be
   * cleared.
   */
  private static final String SMALL_HEAP = "-Xms64m";

  /** The young generation of programs that the launcher starts, which fits in there. */
  private static final String SMALL_YOUNG = "-Xmn32m";

  /**
   * A heap of which that is not more than the third which the JVM takes by itself. In one that it
   * fills, a start-up cache finds no room, and the JVM does not start.
   */
  private static final long ROOM_FOR_YOUNG = (3 * 32L) << 20;

  private static final String UNITS = "kmgt";

  private static final Pattern MOST_HEAP =
      Pattern.compile(
          "(?:-Xmx|-XX:MaxHeapSize=)(\\d{1,18})([" + UNITS + "]?)", Pattern.CASE_INSENSITIVE);

  private static final String SEPARATOR = File.pathSeparator;

  private ChildCommand() {}

  /** What does not change while this JVM runs; found out once. */
  private static final class Own {
    static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    static final @Nullable Path START_JAR = startJar();
    static final List<Path> JARS = jars();
    static final List<String> ARGUMENTS = arguments();
    static final String CLASS_PATH = classPath();

    private static List<String> arguments() {
      List<String> arguments = new ArrayList<>();
      for (String each : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
        if (NOT_INHERITED.stream().noneMatch(each::startsWith)
            && (JARS.isEmpty() || CACHES.stream().noneMatch(each::startsWith))
            && !FLAGS_OF_OUR_OWN.contains(each)) {
          arguments.add(each);
        }
      }
      return arguments;
    }

    /** Where this class is from, if this JVM is a child that has a jar for its start. */
    private static @Nullable Path startJar() {
      return System.getProperty(StartJar.OWN_JARS) == null ? null : jarOf(ChildMain.class);
    }

    /** This module's and core's, if both are jars in the class path; otherwise none. */
    private static List<Path> jars() {
      String told = System.getProperty(StartJar.OWN_JARS);
      if (told != null) {
        return pathsOf(told);
      }
      Path process = jarOf(ChildMain.class);
      Path core = jarOf(Action.class);
      if (process == null || core == null) {
        return List.of();
      }
      return process.equals(core) ? List.of(core) : List.of(process, core);
    }

    private static List<Path> pathsOf(String text) {
      List<Path> paths = new ArrayList<>();
      for (String each : text.split(SEPARATOR, -1)) {
        paths.add(Path.of(each));
      }
      return paths;
    }

    private static @Nullable Path jarOf(Class<?> type) {
      CodeSource source = type.getProtectionDomain().getCodeSource();
      URL location = source == null ? null : source.getLocation();
      if (location == null || type.getModule().isNamed()) {
        return null;
      }
      try {
        Path path = Path.of(location.toURI());
        return Files.isRegularFile(path) ? path : null;
      } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
        return null;
      }
    }

    /** This JVM's, and Loomlet's jars if they are found otherwise than by a name in it. */
    private static String classPath() {
      List<String> path = new ArrayList<>();
      List<Path> missing = new ArrayList<>(JARS);
      String own = System.getProperty("java.class.path", "");
      for (String each : own.isEmpty() ? new String[0] : own.split(SEPARATOR, -1)) {
        Path file = Path.of(each).toAbsolutePath().normalize();
        if (!file.equals(START_JAR)) {
          path.add(each);
          missing.remove(file);
        }
      }
      missing.forEach(each -> path.add(each.toString()));
      return String.join(SEPARATOR, path);
    }
  }

  /** Loomlet's jars that a child needs; none if they are folders or modules. */
  static List<Path> ownJars() {
    return Own.JARS;
  }

  /** The arguments of this JVM that children get, too. */
  static List<String> inherited() {
    return Own.ARGUMENTS;
  }

  /**
   * The command.
   *
   * @param start what lets it start fast; null for nothing
   * @param jvmArguments behind the inherited ones
   */
  static List<String> of(
      StartCache.@Nullable Made start, List<String> jvmArguments, @Nullable String argument) {
    List<String> command = new ArrayList<>();
    command.add(Own.JAVA);
    command.addAll(Own.ARGUMENTS);
    if (isSmall(jvmArguments)) {
      command.remove(SMALL_YOUNG);
    }
    if (saysNothingOfTheHeap(Own.ARGUMENTS) && saysNothingOfTheHeap(jvmArguments)) {
      command.add(SMALL_HEAP);
    }
    String classPath = Own.CLASS_PATH;
    if (start != null) {
      command.addAll(start.arguments());
      command.add("-D" + StartJar.OWN_JARS + "=" + joined(Own.JARS));
      classPath = start.jar() + SEPARATOR + classPath;
    }
    String patch = InheritedPatch.options();
    if (patch != null) {
      command.add("-D" + InheritedPatch.PROPERTY + "=" + patch);
    }
    command.addAll(jvmArguments);
    addProgram(command, classPath);
    if (argument != null) {
      command.add(argument);
    }
    return command;
  }

  /**
   * The command of a child that has no program.
   *
   * @param arguments behind the inherited ones
   * @param classPath Loomlet's classes, or those that a child needs
   */
  static List<String> alone(List<String> arguments, List<Path> classPath) {
    List<String> command = new ArrayList<>();
    command.add(Own.JAVA);
    command.addAll(Own.ARGUMENTS);
    command.addAll(arguments);
    addProgram(command, joined(classPath));
    return command;
  }

  private static void addProgram(List<String> command, String classPath) {
    Module module = ChildMain.class.getModule();
    if (!classPath.isEmpty()) {
      command.addAll(List.of("-cp", classPath));
    }
    String main = System.getProperty("jdk.module.main");
    if (module.isNamed()) {
      if (main != null) {
        command.add("--add-modules=" + main);
      }
      command.addAll(List.of("-m", module.getName() + "/" + ChildMain.class.getName()));
    } else {
      command.add(ChildMain.class.getName());
    }
  }

  private static String joined(List<Path> paths) {
    List<String> names = new ArrayList<>();
    for (Path each : paths) {
      names.add(each.toString());
    }
    return String.join(SEPARATOR, names);
  }

  /** Whether a child is given a heap that has no room for the inherited young generation. */
  private static boolean isSmall(List<String> arguments) {
    boolean small = false;
    for (String each : arguments) {
      Matcher most = MOST_HEAP.matcher(each);
      if (most.matches()) {
        int unit =
            most.group(2).isEmpty() ? 0 : 1 + UNITS.indexOf(most.group(2).toLowerCase(Locale.ROOT));
        // The last one counts.
        small = Long.parseLong(most.group(1)) < ROOM_FOR_YOUNG >> (10 * unit);
      }
    }
    return small;
  }

  private static boolean saysNothingOfTheHeap(List<String> arguments) {
    for (String each : arguments) {
      if (SIZES_OF_THE_HEAP.stream().anyMatch(each::startsWith) && !each.equals(SMALL_YOUNG)) {
        return false;
      }
    }
    return true;
  }
}
