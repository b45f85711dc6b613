package dev.loomlet.jdk;

import dev.loomlet.sched.Step;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** What is known of the continuations that a {@link Dispatcher} gets. For those who count them. */
public final class Continuations {
  /** Of a virtual thread that has never run, as {@code VirtualThread} defines it. */
  private static final int STARTED = 1;

  private static final @Nullable VarHandle STATE = stateHandle();

  /** By the class of the JDK's own continuations: what gives the thread. */
  private static final ClassValue<Holder> THREADS =
      new ClassValue<>() {
        @Override
        protected Holder computeValue(Class<?> type) {
          return new Holder(threadGetter(type));
        }
      };

  private record Holder(@Nullable MethodHandle getter) {}

  private Continuations() {}

  private static @Nullable VarHandle stateHandle() {
    try {
      Class<?> virtual = Class.forName("java.lang.VirtualThread");
      return MethodHandles.privateLookupIn(virtual, MethodHandles.lookup())
          .findVarHandle(virtual, "state", int.class);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** The JDK's is a lambda that has captured the thread. */
  private static @Nullable MethodHandle threadGetter(Class<?> type) {
    try {
      for (Field each : type.getDeclaredFields()) {
        if (Thread.class.isAssignableFrom(each.getType())) {
          each.setAccessible(true);
          return MethodHandles.lookup()
              .unreflectGetter(each)
              .asType(MethodType.methodType(Thread.class, Runnable.class));
        }
      }
    } catch (IllegalAccessException | RuntimeException e) {
      // A task of another package: not a thread's.
    }
    return null;
  }

  /** The virtual thread that a continuation belongs to, or null if it is none or not known. */
  public static @Nullable Thread threadOf(Runnable continuation) {
    if (continuation instanceof Step step) {
      return step.thread();
    }
    MethodHandle getter = THREADS.get(continuation.getClass()).getter();
    if (getter == null) {
      return null;
    }
    try {
      Thread thread = (Thread) getter.invokeExact(continuation);
      return thread != null && thread.isVirtual() ? thread : null;
    } catch (Throwable e) {
      throw JdkInternals.rethrow(e);
    }
  }

  /** Whether a virtual thread has been started but has not run yet. */
  public static boolean isNew(Thread thread) {
    return STATE != null && (int) STATE.getVolatile(thread) == STARTED;
  }
}
