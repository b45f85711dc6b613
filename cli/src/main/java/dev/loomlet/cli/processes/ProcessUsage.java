package dev.loomlet.cli.processes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a process uses, from {@code /proc} (proc_pid_stat(5)).
 *
 * @param ticks of processor time, a hundred to the second
 * @param resident bytes of memory
 * @param state a letter, such as T for stopped
 */
record ProcessUsage(long ticks, long resident, char state) {
  private static final double TICKS = 100;
  private static final int PAGE = 4096;
  private static final int USER = 11;
  private static final int SYSTEM = 12;
  private static final int RESIDENT = 21;

  static @Nullable ProcessUsage of(long pid) {
    try {
      String text =
          Files.readString(
              Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
      // The program's name is in parentheses and may have any character.
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return new ProcessUsage(
          Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]),
          Long.parseLong(fields[RESIDENT]) * PAGE,
          fields[0].charAt(0));
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  double processorSeconds() {
    return ticks / TICKS;
  }
}
