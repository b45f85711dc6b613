package dev.loomlet.cli.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How many files and sockets this process may have open; empty where the system does not tell, or
 * there is no limit.
 *
 * @param soft the limit that holds; a JVM raises it to the hard one when it starts
 * @param hard the limit that only root may raise
 */
public record OpenFiles(OptionalLong soft, OptionalLong hard) {
  private static final String LABEL = "Max open files";

  /** Those of this process. */
  public static OpenFiles limits() {
    return under(Path.of("/"));
  }

  /**
   * Those of this process, by a system's files.
   *
   * @param root of its files: {@code /}, or the like of it in a test
   */
  public static OpenFiles under(Path root) {
    try {
      for (String line : Files.readAllLines(root.resolve("proc/self/limits"))) {
        if (line.startsWith(LABEL)) {
          String[] columns = line.substring(LABEL.length()).strip().split("\\s+", -1);
          return new OpenFiles(limit(columns[0]), limit(columns[1]));
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return new OpenFiles(OptionalLong.empty(), OptionalLong.empty());
  }

  private static OptionalLong limit(String text) {
    return text.equals("unlimited") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
  }
}
