package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a process has used up to now, or between two samples. Known on Linux only.
 *
 * @param cpuNanos time on a processor, of all its threads
 * @param residentBytes memory in use
 * @param threads how many live
 * @param contextSwitches of the threads that live
 */
public record ProcessSample(long cpuNanos, long residentBytes, int threads, long contextSwitches) {
  /** Linux tells programs times in hundredths of a second, whatever the kernel counts in. */
  private static final long TICK_NANOS = 10_000_000;

  private static final long KIB = 1024;

  /** Fields of {@code /proc/PID/stat}, counted from the one after the process's name. */
  private static final int USER_TIME = 11;

  private static final int SYSTEM_TIME = 12;
  private static final int THREADS = 17;

  /**
   * Looks at a process.
   *
   * @return empty if there is no such process, or the system does not tell
   */
  public static Optional<ProcessSample> of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      String stat = Files.readString(process.resolve("stat"));
      // The name is put in parentheses and may contain anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
      long cpu = 0;
      long switches = 0;
      try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
        for (Path task : tasks) {
          try {
            String times = Files.readString(task.resolve("schedstat"));
            String status = Files.readString(task.resolve("status"));
            cpu += Long.parseLong(times.substring(0, times.indexOf(' ')));
            switches +=
                number(status, "\nvoluntary_ctxt_switches:")
                    + number(status, "\nnonvoluntary_ctxt_switches:");
          } catch (NoSuchFileException e) {
            // The thread, or the kernel's option to count, is not there.
          }
        }
      }
      // Threads that have ended are missing above; the coarse count of the whole process has them.
      long cpuNanos = Math.max(cpu, ticks * TICK_NANOS);
      return Optional.of(
          new ProcessSample(
              cpuNanos, resident(process), Integer.parseInt(fields[THREADS]), switches));
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static long resident(Path process) throws IOException {
    try {
      long exact = number(Files.readString(process.resolve("smaps_rollup")), "\nRss:");
      if (exact > 0) {
        return exact * KIB;
      }
    } catch (IOException e) {
      // Not allowed for processes of others; the count in status lags a little behind.
    }
    return number(Files.readString(process.resolve("status")), "\nVmRSS:") * KIB;
  }

  /** The number behind a label; 0 without the label. */
  private static long number(String text, String label) {
    int at = text.indexOf(label);
    if (at < 0) {
      return 0;
    }
    int start = at + label.length();
    while (Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    return Long.parseLong(text, start, end, 10);
  }

  /** What was used since an earlier sample; memory and threads are this one's. */
  public ProcessSample minus(ProcessSample earlier) {
    return new ProcessSample(
        cpuNanos - earlier.cpuNanos,
        residentBytes,
        threads,
        contextSwitches - earlier.contextSwitches);
  }
}
