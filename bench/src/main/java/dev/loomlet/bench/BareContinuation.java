package dev.loomlet.bench;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's continuation without a thread around it: what a switch costs at least on this JVM.
 *
 * <p>Constant method handles, which the compiler sees through, spare the build a flag; the JVM
 * needs {@code --add-exports java.base/jdk.internal.vm=ALL-UNNAMED}.
 */
final class BareContinuation {
  private static final @Nullable MethodHandle NEW;
  private static final @Nullable MethodHandle RUN;
  private static final @Nullable MethodHandle YIELD;

  static {
    MethodHandle create = null;
    MethodHandle run = null;
    MethodHandle yield = null;
    try {
      Class<?> scopeType = Class.forName("jdk.internal.vm.ContinuationScope");
      Class<?> type = Class.forName("jdk.internal.vm.Continuation");
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Object scope =
          lookup
              .findConstructor(scopeType, methodType(void.class, String.class))
              .invoke("loomlet bench");
      create =
          MethodHandles.insertArguments(
                  lookup.findConstructor(type, methodType(void.class, scopeType, Runnable.class)),
                  0,
                  scope)
              .asType(methodType(Object.class, Runnable.class));
      run =
          lookup
              .findVirtual(type, "run", methodType(void.class))
              .asType(methodType(void.class, Object.class));
      yield =
          MethodHandles.insertArguments(
              lookup.findStatic(type, "yield", methodType(boolean.class, scopeType)), 0, scope);
    } catch (Throwable e) {
      if (!(e instanceof ReflectiveOperationException)) {
        throw new ExceptionInInitializerError(e);
      }
    }
    NEW = create;
    RUN = run;
    YIELD = yield;
  }

  private final Object continuation;

  BareContinuation(Runnable body) {
    try {
      continuation = (Object) required(NEW).invokeExact(body);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Whether this JVM lets us at it. */
  static boolean isAvailable() {
    return YIELD != null;
  }

  /**
   * Asks that it does.
   *
   * @throws UnmeasurableException if not, with what it needs
   */
  static void requireAvailable() throws UnmeasurableException {
    if (!isAvailable()) {
      throw new UnmeasurableException(
          "the JVM needs --add-exports java.base/jdk.internal.vm=ALL-UNNAMED, which ./loomlet"
              + " gives");
    }
  }

  /** Runs it up to its next {@link #pause}. */
  void run() {
    try {
      required(RUN).invokeExact(continuation);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Goes back to whoever runs the continuation that calls this. */
  static void pause() {
    try {
      var _ = (boolean) required(YIELD).invokeExact();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Has two of them take turns, each so often; one turn is a switch there and back. */
  static void takeTurns(int pauses) {
    Runnable body =
        () -> {
          for (int i = 0; i < pauses; i++) {
            pause();
          }
        };
    BareContinuation first = new BareContinuation(body);
    BareContinuation second = new BareContinuation(body);
    for (int i = 0; i <= pauses; i++) {
      first.run();
      second.run();
    }
  }

  private static MethodHandle required(@Nullable MethodHandle handle) {
    if (handle == null) {
      throw new IllegalStateException("no access to jdk.internal.vm");
    }
    return handle;
  }
}
