package dev.loomlet.cli.demo;

import dev.loomlet.bench.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Who runs where: the servers on one processor, the clients on another, so that neither takes time
 * from the other. Only where the system can do that.
 */
final class Processors implements AutoCloseable {
  private static final String STATUS_LABEL = "Cpus_allowed_list:";

  private final String before;
  private final List<Integer> allowed;
  private final boolean pinned;

  private Processors(String before, List<Integer> allowed, boolean pinned) {
    this.before = before;
    this.allowed = allowed;
    this.pinned = pinned;
  }

  /** Puts this process on the clients' processor, until it is closed. */
  static Processors share() {
    String before = allowedList();
    List<Integer> allowed = parse(before);
    boolean pinned = allowed.size() >= 2 && moveSelf(Integer.toString(allowed.get(1)));
    return new Processors(before, allowed, pinned);
  }

  private static String allowedList() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith(STATUS_LABEL)) {
          return line.substring(STATUS_LABEL.length()).strip();
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return "";
  }

  /** {@code 0-2,5} is 0, 1, 2 and 5. */
  static List<Integer> parse(String list) {
    List<Integer> numbers = new ArrayList<>();
    for (String range : list.isEmpty() ? new String[0] : list.split(",", -1)) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int last = Integer.parseInt(range.substring(dash + 1));
      for (int i = first; i <= last; i++) {
        numbers.add(i);
      }
    }
    return numbers;
  }

  private static boolean moveSelf(String list) {
    String pid = Long.toString(ProcessHandle.current().pid());
    try {
      Process taskset =
          new ProcessBuilder("taskset", "-a", "-p", "-c", list, pid)
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start();
      return taskset.waitFor(5, TimeUnit.SECONDS) && taskset.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A server's command line, on the servers' processor. */
  List<String> forServer(List<String> command) {
    return pinned ? JavaCommand.pinned(allowed.getFirst(), command) : command;
  }

  /** One line for the reader. */
  String describe() {
    if (pinned) {
      return "servers on processor " + allowed.getFirst() + ", clients on " + allowed.get(1);
    }
    int count = Runtime.getRuntime().availableProcessors();
    return "not pinned to processors: servers and clients share "
        + (count == 1 ? "one" : "all " + count);
  }

  /** Lets this process run where it could before. */
  @Override
  public void close() {
    if (pinned) {
      moveSelf(before);
    }
  }
}
