package dev.loomlet.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A class path as {@code java -cp} takes it. */
final class ClassPath {
  private static final String ALL_JARS = "*";

  private ClassPath() {}

  /**
   * The files and folders; an empty entry is the current folder.
   *
   * @param text null for none
   */
  static List<Path> parse(@Nullable String text) {
    List<Path> paths = new ArrayList<>();
    if (text == null) {
      return paths;
    }
    for (String each : text.split(File.pathSeparator, -1)) {
      if (each.equals(ALL_JARS) || each.endsWith(File.separator + ALL_JARS)) {
        addJars(Path.of(each.substring(0, each.length() - ALL_JARS.length())), paths);
      } else {
        paths.add(Path.of(each));
      }
    }
    return paths;
  }

  private static void addJars(Path folder, List<Path> paths) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.{jar,JAR}")) {
      found.forEach(jars::add);
    } catch (IOException e) {
      // As java does: what is not there is not on the class path.
    }
    jars.sort(null);
    paths.addAll(jars);
  }
}
