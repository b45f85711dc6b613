package dev.loomlet.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many descriptors this process has open, and how many children that nobody has cleared. */
final class Descriptors {
  private Descriptors() {}

  static long open() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  static long children() {
    return ProcessHandle.current().children().count();
  }
}
