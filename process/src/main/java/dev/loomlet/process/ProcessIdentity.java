package dev.loomlet.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process as one number that is never another's: its pid, of 22 bits as in Linux, and when it
 * started, in clock ticks since the machine did, in 41 bits. The lowest bit is always 0. A pid
 * alone is given again.
 */
final class ProcessIdentity {
  /** The lowest bit, which is free for others. */
  static final long FLAG = 1;

  private static final int PID_SHIFT = 42;
  private static final long TICKS = (1L << 41) - 1;
  private static final int STATE = 0;
  private static final int THREADS = 17;
  private static final int START = 19;

  private ProcessIdentity() {}

  private static final class Own {
    static final long VALUE = find();

    private static long find() {
      long pid = ProcessHandle.current().pid();
      long ticks = startOf(pid);
      if (ticks < 0) {
        throw new UnsupportedOperationException(
            "/proc cannot be read, by which processes are told apart");
      }
      return pid << PID_SHIFT | (ticks & TICKS) << 1;
    }
  }

  /** Of this process. */
  static long own() {
    return Own.VALUE;
  }

  static long pidOf(long identity) {
    return identity >>> PID_SHIFT;
  }

  /** Whether a process has not ended; one that is merely stopped has not. */
  static boolean isAlive(long identity) {
    long start = startOf(pidOf(identity));
    return start >= 0 && (start & TICKS) == (identity >>> 1 & TICKS);
  }

  /** Whether a process is stopped, by a signal or by who traces it, so that nothing runs in it. */
  static boolean isStopped(long identity) {
    try {
      return isAlive(identity) && "Tt".contains(statOf(pidOf(identity))[STATE]);
    } catch (IOException | RuntimeException e) {
      return false; // it has ended
    }
  }

  /** When a process started, in ticks; -1 if there is none, or only its exit code is left. */
  private static long startOf(long pid) {
    try {
      String[] fields = statOf(pid);
      String state = fields[STATE];
      // Of a process that is being killed the first thread may be gone while another still runs.
      boolean ended =
          state.equals("X") || (state.equals("Z") && Integer.parseInt(fields[THREADS]) <= 1);
      return ended ? -1 : Long.parseLong(fields[START]);
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  /** What the kernel says of a process, from its state on. */
  private static String[] statOf(long pid) throws IOException {
    String text =
        Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
    // The program's name is in parentheses and may have any character.
    return text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
  }
}
