package dev.loomlet.agent.program;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes from stack traces what lies below a program's {@code main}. */
final class StackTraces {
  private StackTraces() {}

  /**
   * Cuts off a class's frames and all below them, also in causes and suppressed exceptions.
   *
   * @param className whose frames are the first to go
   */
  static void cutAt(String className, Throwable thrown) {
    cut(className, thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void cut(String className, @Nullable Throwable thrown, Set<Throwable> done) {
    if (thrown == null || !done.add(thrown)) {
      return;
    }
    StackTraceElement[] trace = thrown.getStackTrace();
    for (int i = 0; i < trace.length; i++) {
      if (trace[i].getClassName().equals(className)) {
        thrown.setStackTrace(Arrays.copyOf(trace, i));
        break;
      }
    }
    cut(className, thrown.getCause(), done);
    for (Throwable each : thrown.getSuppressed()) {
      cut(className, each, done);
    }
  }
}
