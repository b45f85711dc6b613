package dev.loomlet.agent.program;

import dev.loomlet.Cancelled;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.wait.Task;
import java.lang.Thread.UncaughtExceptionHandler;

/** Reports what a program's {@code main} has thrown, as the JVM does for its first thread. */
final class Uncaught {
  private Uncaught() {}

  /**
   * Hands it to the handler that is in charge. On the greenlet of {@code main}.
   *
   * @param caller the thread that the program was to have for its first one
   */
  static void report(Throwable error, Thread caller) {
    Thread self = Thread.currentThread();
    UncaughtExceptionHandler own = JdkInternals.uncaughtHandlerOf(self);
    UncaughtExceptionHandler handler =
        own == null || own instanceof Task ? caller.getUncaughtExceptionHandler() : own;
    try {
      handler.uncaughtException(self, error);
    } catch (Cancelled e) {
      throw e;
    } catch (Throwable e) {
      System.err.println(
          "Exception: "
              + e.getClass().getName()
              + " thrown from the UncaughtExceptionHandler in thread \"main\"");
    }
  }

  /** Keeps a thread that ends by an error from reporting it again. */
  static void silence(Throwable reported, Thread thread) {
    UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
    thread.setUncaughtExceptionHandler(
        (each, error) -> {
          if (error != reported) {
            before.uncaughtException(each, error);
          }
        });
  }
}
