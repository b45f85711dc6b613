package dev.loomlet.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * By {@code strace -c -f}, which stops the process at each call. A server is then slower and finds
 * more to do each time it looks, so it makes fewer calls for a request than it does untraced.
 */
final class StraceCounter implements SystemCallCounter {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Override
  public String method() {
    return "strace -c -f, in a short round of its own, which it slows down";
  }

  @Override
  public Count start(long pid) throws IOException {
    return new Running(pid);
  }

  /** A strace that counts. */
  private static final class Running implements Count {
    private final Path result = Files.createTempFile("loomlet-strace", ".txt");
    private final Process strace;

    Running(long pid) throws IOException {
      List<String> command =
          List.of("strace", "-c", "-f", "-o", result.toString(), "-p", Long.toString(pid));
      try {
        strace = new ProcessBuilder(command).start();
      } catch (IOException e) {
        Files.deleteIfExists(result);
        throw e;
      }
      BufferedReader messages = strace.errorReader();
      String line = messages.readLine();
      if (line == null || !line.contains("attached")) {
        close();
        throw new IOException(line == null ? "strace has ended" : line);
      }
      Thread.ofPlatform().daemon().start(() -> drain(messages));
    }

    @Override
    public double stop() throws IOException {
      if (!Signal.INTERRUPT.sendAndAwaitEnd(strace, PATIENCE)) {
        throw new IOException("strace does not end");
      }
      return total(Files.readAllLines(result));
    }

    @Override
    public void close() {
      strace.destroyForcibly();
      try {
        Files.deleteIfExists(result);
      } catch (IOException e) {
        // It stays in the folder for temporary files.
      }
    }
  }

  /** A pipe that is full would hold it up. */
  private static void drain(BufferedReader messages) {
    try {
      while (messages.readLine() != null) {
        // It only says which threads it has found.
      }
    } catch (IOException e) {
      // It was ended.
    }
  }

  /** The calls of all kinds: the fourth column, of which the row "total" may lack others. */
  static double total(List<String> table) {
    double calls = 0;
    for (String line : table) {
      String[] fields = line.strip().split("\\s+", -1);
      boolean row = fields.length >= 5 && fields[0].matches("[\\d.]+");
      if (row && !fields[fields.length - 1].equals("total")) {
        calls += Double.parseDouble(fields[3]);
      }
    }
    return calls;
  }
}
