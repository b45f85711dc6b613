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
 * @param loopExit whether a loop for which nothing can happen any more ends with a {@link
 *     dev.loomlet.LoopExit}
 */
public record WatchOptions(
    Duration hogLimit,
    Consumer<? super Deadlock> deadlocks,
    Consumer<? super Hog> hogs,
    boolean loopExit) {
  /** System property for {@link #hogLimit}, in milliseconds. */
  public static final String HOG_LIMIT = "loomlet.watch.hog";

  private static final int HOG_LIMIT_MILLIS = 100;

  /** Checks that nothing is missing. */
  public WatchOptions {
    Objects.requireNonNull(hogLimit);
    Objects.requireNonNull(deadlocks);
    Objects.requireNonNull(hogs);
  }

  /**
   * Prints everything as warnings, ends stalled loops, and allows a greenlet as many milliseconds
   * as the system property {@value #HOG_LIMIT} says, or 100, which is gevent's limit, too.
   */
  public static WatchOptions printing(PrintStream out) {
    Objects.requireNonNull(out);
    return new WatchOptions(
        Duration.ofMillis(Integer.getInteger(HOG_LIMIT, HOG_LIMIT_MILLIS)),
        // In one call each, so that reports do not mix with what others print.
        deadlock -> out.print("loomlet: " + deadlock),
        hog -> out.print("loomlet: " + hog),
        true);
  }

  /** The same with another limit. */
  public WatchOptions withHogLimit(Duration newLimit) {
    return new WatchOptions(newLimit, deadlocks, hogs, loopExit);
  }

  /** The same with another listener for deadlocks. */
  public WatchOptions withDeadlocks(Consumer<? super Deadlock> newListener) {
    return new WatchOptions(hogLimit, newListener, hogs, loopExit);
  }

  /** The same with another listener for hogs. */
  public WatchOptions withHogs(Consumer<? super Hog> newListener) {
    return new WatchOptions(hogLimit, deadlocks, newListener, loopExit);
  }

  /** The same with or without the end of stalled loops. */
  public WatchOptions withLoopExit(boolean wanted) {
    return new WatchOptions(hogLimit, deadlocks, hogs, wanted);
  }
}
