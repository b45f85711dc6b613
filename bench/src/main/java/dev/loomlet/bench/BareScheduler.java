package dev.loomlet.bench;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads on the least of schedulers, a queue that the caller's thread empties: what the
 * JDK itself needs for a switch between threads, with nothing of a loop around it.
 */
final class BareScheduler implements Executor {
  private static final @Nullable MethodHandle NEW_THREAD = newThread();

  private final ArrayDeque<Runnable> ready = new ArrayDeque<>();

  private static @Nullable MethodHandle newThread() {
    try {
      Class<?> type = Class.forName("java.lang.VirtualThread");
      return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
          .findConstructor(
              type, methodType(void.class, Executor.class, String.class, int.class, Runnable.class))
          .asType(
              methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** Whether this JVM lets us at it: {@code --add-opens java.base/java.lang=ALL-UNNAMED}. */
  static boolean isAvailable() {
    return NEW_THREAD != null;
  }

  @Override
  public void execute(Runnable continuation) {
    ready.add(continuation);
  }

  /** Starts a thread; {@link #run} runs it. */
  void start(Runnable body) {
    MethodHandle create = NEW_THREAD;
    if (create == null) {
      throw new IllegalStateException("no access to java.lang");
    }
    try {
      ((Thread) create.invokeExact((Executor) this, "bare", 0, body)).start();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Runs threads until none is ready. */
  void run() {
    for (Runnable next = ready.poll(); next != null; next = ready.poll()) {
      next.run();
    }
  }
}
