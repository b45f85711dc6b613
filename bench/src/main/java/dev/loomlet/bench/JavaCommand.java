package dev.loomlet.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of child JVMs: this JDK, this class path. */
public final class JavaCommand {
  private JavaCommand() {}

  /**
   * A JVM with the flags of every Loomlet program, those in {@code build/jvm.args}.
   *
   * @param mainClass what to run
   * @param extraJvmFlags behind those flags, so that they win
   * @param args for the program
   */
  public static List<String> of(String mainClass, List<String> extraJvmFlags, String... args) {
    return command(classPath(true), standingFlags(extraJvmFlags), mainClass, args);
  }

  /** As {@link #of}, without the jars of peers, of which each is an open file. */
  static List<String> withoutPeers(String mainClass, List<String> extraJvmFlags, String... args) {
    return command(classPath(false), standingFlags(extraJvmFlags), mainClass, args);
  }

  /** The flags of every Loomlet program, and others behind them. */
  static List<String> standingFlags(List<String> extraJvmFlags) {
    List<String> flags = new ArrayList<>();
    Path standing = Home.path().resolve("build/jvm.args");
    if (Files.isRegularFile(standing)) {
      flags.add("@" + standing);
    }
    flags.add("-D" + Home.PROPERTY + "=" + Home.path());
    flags.addAll(extraJvmFlags);
    return flags;
  }

  /** A JVM with the JDK's defaults and only the given flags. */
  static List<String> plain(String mainClass, List<String> jvmFlags, String... args) {
    return command(classPath(true), jvmFlags, mainClass, args);
  }

  /** This JDK's {@code java}. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static List<String> command(
      String classPath, List<String> jvmFlags, String mainClass, String... args) {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(jvmFlags);
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    command.addAll(List.of(args));
    return command;
  }

  static String classPath(boolean peers) {
    StringBuilder path = new StringBuilder(System.getProperty("java.class.path"));
    if (peers && Files.isDirectory(Home.peerJars())) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(Home.peerJars(), "*.jar")) {
        for (Path jar : jars) {
          path.append(File.pathSeparator).append(jar);
        }
      } catch (IOException e) {
        // A peer without its jars says so itself.
      }
    }
    return path.toString();
  }

  /**
   * Puts a command on one processor.
   *
   * @param cpu its number
   * @return the command itself where that is not possible: without {@code taskset}, or if this
   *     process may not use that processor
   */
  public static List<String> pinned(int cpu, List<String> command) {
    if (!Home.hasProgram("taskset") || !Machine.processors().contains(cpu)) {
      return List.copyOf(command);
    }
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(cpu)));
    pinned.addAll(command);
    return pinned;
  }
}
