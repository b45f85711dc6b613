package dev.loomlet.cli.source;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The class path of this JVM, where Loomlet's own jars are. */
final class OwnClassPath {
  private OwnClassPath() {}

  static List<Path> entries() {
    List<Path> entries = new ArrayList<>();
    for (String each : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      entries.add(Path.of(each));
    }
    return entries;
  }
}
