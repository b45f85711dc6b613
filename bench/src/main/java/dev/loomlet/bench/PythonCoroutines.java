package dev.loomlet.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Generators and greenlets of the system's Python, measured by a script in {@code bench/peers}. */
final class PythonCoroutines {
  private static final String PYTHON = "/usr/bin/python3";
  private static final Duration START_UP = Duration.ofMinutes(1);

  private PythonCoroutines() {}

  /** Whether there is a Python with a module; without one the report names what is missing. */
  static boolean isAvailable(String module, String debian, String row, Report report) {
    boolean available = Command.succeeds(List.of(PYTHON, "-c", "import " + module));
    if (!available) {
      report.missing(row, "no " + module + " for " + PYTHON + "; on Debian: apt install " + debian);
    }
    return available;
  }

  /**
   * Measures in a process of its own.
   *
   * @param what the script's name for it
   */
  static Timed timed(String what) {
    String script = Home.path().resolve("bench/peers/coroutines.py").toString();
    return nanos ->
        Double.parseDouble(
            Command.run(
                    null,
                    START_UP.plusNanos(10 * nanos),
                    List.of(PYTHON, script, what, String.format(Locale.ROOT, "%.3f", nanos / 1e9)))
                .strip());
  }
}
