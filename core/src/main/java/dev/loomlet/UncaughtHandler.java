package dev.loomlet;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Told once of each error that ended a greenlet while nobody waited for its result. */
@FunctionalInterface
public interface UncaughtHandler {

  /**
   * Called on the loop's thread; must not throw.
   *
   * @param greenlet which ended, or null if the error is the loop's own
   * @param error why
   */
  void uncaught(@Nullable Greenlet<?> greenlet, Throwable error);

  /** Prints name and stack trace, as Java does for threads. */
  static UncaughtHandler printing(PrintStream out) {
    return (greenlet, error) -> {
      StringWriter text = new StringWriter();
      PrintWriter writer = new PrintWriter(text);
      writer.print(
          greenlet == null
              ? "Exception in a loop's own task "
              : "Exception in greenlet \"" + greenlet.name() + "\" ");
      error.printStackTrace(writer);
      writer.flush();
      // In one call, so that traces of several loops do not mix.
      out.print(text);
    };
  }
}
