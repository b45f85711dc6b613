package dev.loomlet.diagnose;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What a {@link Watch} looks for, and whom it tells. Immutable. The consumers are called on the
 * watch's thread, and must neither wait long nor throw.
 *
 * @param hogLimit for how long a greenlet may keep its loop; 0 or less: as long as it wants
 * @param deadlocks told of each deadlock once
 * @param hogs told of each hog once
 * @param deserted told of each queue or channel once that is likely to have been left by all who
 *     served it
 * @param loopExit whether a loop for which nothing can happen any more ends with a {@link
 *     dev.loomlet.LoopExit}
 */
public record WatchOptions(
    Duration hogLimit,
    Consumer<? super Deadlock> deadlocks,
    Consumer<? super Hog> hogs,
    Consumer<? super Deserted> deserted,
    boolean loopExit) {
  /** System property for {@link #hogLimit}, in milliseconds. */
  public static final String HOG_LIMIT = "loomlet.watch.hog";

  /** Environment variable for the same, where properties are out of reach. */
  public static final String HOG_LIMIT_ENVIRONMENT = "LOOMLET_WATCH_HOG";

  private static final Duration HOG_LIMIT_DEFAULT = Duration.ofMillis(100);

  /** Checks that nothing is missing. */
  public WatchOptions {
    Objects.requireNonNull(hogLimit);
    Objects.requireNonNull(deadlocks);
    Objects.requireNonNull(hogs);
    Objects.requireNonNull(deserted);
  }

  /**
   * Prints everything as warnings, ends stalled loops, and allows a greenlet as many milliseconds
   * as the system property {@value #HOG_LIMIT} or the environment variable {@value
   * #HOG_LIMIT_ENVIRONMENT} says, or 100, which is gevent's limit, too.
   *
   * @throws IllegalArgumentException if what one of them says is no number
   */
  public static WatchOptions printing(PrintStream out) {
    Objects.requireNonNull(out);
    return new WatchOptions(
        configuredHogLimit(),
        // In one call each, so that reports do not mix with what others print.
        deadlock -> out.print("loomlet: " + deadlock),
        hog -> out.print("loomlet: " + hog),
        deserted -> out.print("loomlet: " + deserted),
        true);
  }

  private static Duration configuredHogLimit() {
    String property = System.getProperty(HOG_LIMIT);
    String value = property != null ? property : System.getenv(HOG_LIMIT_ENVIRONMENT);
    if (value == null || value.isBlank()) {
      return HOG_LIMIT_DEFAULT;
    }
    try {
      return Duration.ofMillis(Long.parseLong(value.strip()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          (property != null ? HOG_LIMIT : HOG_LIMIT_ENVIRONMENT)
              + " takes milliseconds, as in 250, or 0 for no limit; not '"
              + value
              + "'",
          e);
    }
  }

  /** The same with another limit. */
  public WatchOptions withHogLimit(Duration newLimit) {
    return new WatchOptions(newLimit, deadlocks, hogs, deserted, loopExit);
  }

  /** The same with another listener for deadlocks. */
  public WatchOptions withDeadlocks(Consumer<? super Deadlock> newListener) {
    return new WatchOptions(hogLimit, newListener, hogs, deserted, loopExit);
  }

  /** The same with another listener for hogs. */
  public WatchOptions withHogs(Consumer<? super Hog> newListener) {
    return new WatchOptions(hogLimit, deadlocks, newListener, deserted, loopExit);
  }

  /** The same with another listener for deserted queues. */
  public WatchOptions withDeserted(Consumer<? super Deserted> newListener) {
    return new WatchOptions(hogLimit, deadlocks, hogs, newListener, loopExit);
  }

  /** The same with or without the end of stalled loops. */
  public WatchOptions withLoopExit(boolean wanted) {
    return new WatchOptions(hogLimit, deadlocks, hogs, deserted, wanted);
  }
}
