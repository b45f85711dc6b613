package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a benchmark ran on.
 *
 * @param processor its model, and how many of them this process may use
 * @param kernel name and version
 * @param jdk the JVM and its version
 */
record Machine(String processor, String kernel, String jdk) {

  static Machine here() {
    int count = Runtime.getRuntime().availableProcessors();
    return new Machine(
        model() + " x " + count,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
  }

  private static String model() {
    for (String line : lines("/proc/cpuinfo")) {
      if (line.startsWith("model name")) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return System.getProperty("os.arch");
  }

  /**
   * The numbers of the processors that this process may use; empty where the system does not tell.
   */
  static List<Integer> processors() {
    List<Integer> found = new ArrayList<>();
    for (String line : lines("/proc/self/status")) {
      if (line.startsWith("Cpus_allowed_list:")) {
        for (String range : line.substring(line.indexOf(':') + 1).strip().split(",", -1)) {
          String[] ends = range.split("-", -1);
          int last = Integer.parseInt(ends[ends.length - 1]);
          for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
            found.add(cpu);
          }
        }
      }
    }
    return found;
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** One line. */
  String text() {
    return processor + "; " + kernel + "; " + jdk;
  }
}
