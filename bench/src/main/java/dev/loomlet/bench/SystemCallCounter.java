package dev.loomlet.bench;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts the system calls of another process from outside, by a tool that is installed here. */
interface SystemCallCounter {

  /** Calls that are being counted. */
  interface Count extends AutoCloseable {

    /**
     * Stops counting.
     *
     * @return how many there were since the start, of all threads
     * @throws IOException if the tool does not tell
     */
    double stop() throws IOException;

    /** Ends the tool in any case. */
    @Override
    void close();
  }

  /** One phrase that says how it counts. */
  String method();

  /**
   * Starts to count.
   *
   * @throws IOException if the tool cannot be attached to the process
   */
  Count start(long pid) throws IOException;

  /**
   * The best that works here: perf costs a call little, strace makes each many times as slow.
   *
   * @return null if there is none
   */
  static @Nullable SystemCallCounter here() {
    for (SystemCallCounter each : List.of(new PerfCounter(), new StraceCounter())) {
      if (works(each)) {
        return each;
      }
    }
    return null;
  }

  /** Tries it on a process that sleeps. */
  private static boolean works(SystemCallCounter counter) {
    Process sleeper = null;
    try {
      sleeper = new ProcessBuilder("sleep", "30").start();
      try (Count count = counter.start(sleeper.pid())) {
        return count.stop() >= 0;
      }
    } catch (IOException e) {
      return false;
    } finally {
      if (sleeper != null) {
        sleeper.destroyForcibly();
      }
    }
  }
}
