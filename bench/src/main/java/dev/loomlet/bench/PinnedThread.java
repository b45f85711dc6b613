package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A thread of this process that keeps to one processor until this is closed; to any, as before,
 * where there is no taskset, or only one processor.
 */
final class PinnedThread implements AutoCloseable {
  private static final Path CALLER = Path.of("/proc/thread-self");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String number;
  private final List<Integer> processors;

  private PinnedThread(String number, List<Integer> processors) {
    this.number = number;
    this.processors = processors;
  }

  /**
   * Pins the thread that runs the caller: that of the loop, if it is a greenlet.
   *
   * @param place which of the processors that there are, counted from 0
   */
  static PinnedThread caller(int place) throws IOException {
    List<Integer> processors = Machine.processors();
    if (place >= processors.size() || processors.size() < 2 || !Home.hasProgram("taskset")) {
      return new PinnedThread("", List.of());
    }
    String number = Files.readSymbolicLink(CALLER).getFileName().toString();
    move(number, List.of(processors.get(place)));
    return new PinnedThread(number, processors);
  }

  private static void move(String number, List<Integer> processors) throws IOException {
    String list = processors.stream().map(String::valueOf).collect(Collectors.joining(","));
    String _ = Command.run(null, PATIENCE, List.of("taskset", "-p", "-c", list, number));
  }

  /** Lets it run anywhere again. */
  @Override
  public void close() throws IOException {
    if (!processors.isEmpty()) {
      move(number, processors);
    }
  }
}
