package dev.loomlet.agent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** Fields of {@code Thread} that a thread needs which never starts; see {@link StandIn}. */
final class ThreadAccess {
  private static final int NEW = 0;
  private static final int TERMINATED = 0x2;

  /** Alive and runnable, as JVMTI has it, and a bit that is left to vendors. */
  private static final int STOOD_IN_FOR = 0x1 | 0x4 | 0x1000_0000;

  private static final VarHandle HOLDER;
  private static final VarHandle STATUS;
  private static final VarHandle TASK;
  private static final VarHandle INHERITED;
  private static final Field NUMBER;

  static {
    try {
      MethodHandles.Lookup own = MethodHandles.lookup();
      Class<?> holder = Class.forName("java.lang.Thread$FieldHolder", false, null);
      Class<?> map = Class.forName("java.lang.ThreadLocal$ThreadLocalMap", false, null);
      MethodHandles.Lookup inThread = MethodHandles.privateLookupIn(Thread.class, own);
      MethodHandles.Lookup inHolder = MethodHandles.privateLookupIn(holder, own);
      HOLDER = inThread.findVarHandle(Thread.class, "holder", holder);
      STATUS = inHolder.findVarHandle(holder, "threadStatus", int.class);
      TASK = inHolder.findVarHandle(holder, "task", Runnable.class);
      INHERITED = inThread.findVarHandle(Thread.class, "inheritableThreadLocals", map);
      NUMBER = Thread.class.getDeclaredField("tid");
      NUMBER.setAccessible(true);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private ThreadAccess() {}

  private static int statusOf(Thread thread) {
    return (int) STATUS.getVolatile(HOLDER.get(thread));
  }

  static boolean isNew(Thread thread) {
    return statusOf(thread) == NEW;
  }

  static boolean isStoodInFor(Thread thread) {
    return statusOf(thread) == STOOD_IN_FOR;
  }

  static void setStoodInFor(Thread thread) {
    STATUS.setVolatile(HOLDER.get(thread), STOOD_IN_FOR);
  }

  static void setTerminated(Thread thread) {
    STATUS.setVolatile(HOLDER.get(thread), TERMINATED);
  }

  /** What it was made to run; null if it is a subclass that knows by itself. */
  static @Nullable Object taskOf(Thread thread) {
    return TASK.get(HOLDER.get(thread));
  }

  /**
   * Gives a thread that has not been started the number of another one that never will, and the
   * thread locals that the other one inherited.
   */
  static void passOn(Thread from, Thread to) {
    INHERITED.set(to, INHERITED.get(from));
    try {
      NUMBER.setLong(to, from.threadId());
    } catch (IllegalAccessException e) {
      throw new AssertionError("it was made accessible", e);
    }
  }
}
