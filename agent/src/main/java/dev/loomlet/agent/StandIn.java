package dev.loomlet.agent;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.wait.Task;
import java.lang.Thread.UncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;

/**
 * A greenlet in the place of a platform thread that was started on a loop.
 *
 * <p>The program keeps the thread's object, which never starts. Its status says that it lives, and
 * tells it from a real one; what is asked of it goes to the greenlet's thread.
 */
final class StandIn {
  private final Thread original;
  private final Greenlet<?> greenlet;
  private final boolean daemon;

  /** Interrupts that come before it runs are no reason not to run it. Under this object's lock. */
  private boolean begun;

  private boolean interruptedBefore;

  StandIn(Thread original) {
    this.original = original;
    this.daemon = original.isDaemon();
    this.interruptedBefore = original.isInterrupted();
    this.greenlet = Greenlet.of(original.getName(), this::run);
    Thread thread = greenlet.thread();
    thread.setContextClassLoader(original.getContextClassLoader());
    ThreadAccess.passOn(original, thread);
  }

  void start() {
    greenlet.loop().engine().standsIn(greenlet.thread(), daemon);
    greenlet.start();
  }

  Thread original() {
    return original;
  }

  Thread thread() {
    return greenlet.thread();
  }

  boolean isDaemon() {
    return daemon;
  }

  Loop loop() {
    return greenlet.loop();
  }

  synchronized void interrupt() {
    if (begun) {
      thread().interrupt();
    } else {
      interruptedBefore = true;
    }
  }

  synchronized boolean isInterrupted() {
    return begun ? thread().isInterrupted() : interruptedBefore;
  }

  private synchronized void begin() {
    begun = true;
    if (interruptedBefore) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    begin();
    try {
      ((Runnable) original).run();
    } catch (Throwable e) {
      Task task = Task.of(Thread.currentThread());
      Throwable outcome = task == null ? e : task.outcomeOf(e);
      // Cancelled, its loop ends; and so would a real thread, with its process.
      if (!(outcome instanceof Cancelled)) {
        report(e);
      }
    } finally {
      StandIns.ended(this);
    }
  }

  private void report(Throwable error) {
    Thread.UncaughtExceptionHandler own = JdkInternals.uncaughtHandlerOf(Thread.currentThread());
    UncaughtExceptionHandler handler =
        own == null || own instanceof Task ? handlerOfOriginal() : own;
    if (handler != null) {
      try {
        handler.uncaughtException(original, error);
      } catch (Throwable e) {
        // As the JVM does it with what a handler throws.
      }
    }
  }

  private @Nullable UncaughtExceptionHandler handlerOfOriginal() {
    return original.getUncaughtExceptionHandler();
  }
}
