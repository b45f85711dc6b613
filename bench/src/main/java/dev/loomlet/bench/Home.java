package dev.loomlet.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the project lies: the sources of servers in C, the JVM arguments, jars of peers. */
final class Home {
  static final String PROPERTY = "loomlet.home";

  private Home() {}

  /** The folder that the launcher names, or else the nearest one above that looks like it. */
  static Path path() {
    String named = System.getProperty(PROPERTY);
    if (named != null) {
      return Path.of(named).toAbsolutePath().normalize();
    }
    Path here = Path.of("").toAbsolutePath();
    for (Path at = here; at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve("build/jvm.args"))) {
        return at;
      }
    }
    return here;
  }

  /** Where a benchmark may build programs. */
  static Path built() {
    return path().resolve("bench/target/native");
  }

  /** Jars that the launcher keeps off the class path of users' programs. */
  static Path peerJars() {
    return path().resolve("cli/target/app/peers");
  }

  /** Whether a program is on the PATH. */
  static boolean hasProgram(String name) {
    String path = System.getenv("PATH");
    if (path == null) {
      return false;
    }
    for (String folder : path.split(File.pathSeparator, -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
        return true;
      }
    }
    return false;
  }
}
