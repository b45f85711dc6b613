package dev.loomlet.jdk;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM knows of a thread that some other thread wants to understand: where it is mounted,
 * what it waits for, what it holds.
 *
 * <p>Each part for itself may be missing on a JDK that differs; then the answer is "unknown", for
 * those who ask are diagnosing, and the program must not fail for that.
 */
public final class ThreadInspector {
  private static final @Nullable VarHandle CARRIER;
  private static final @Nullable MethodHandle EXCLUSIVE_OWNER;
  private static final @Nullable Snapshots SNAPSHOTS;
  private static final @Nullable Map<?, ?> SIGNAL_HANDLERS;

  private record Snapshots(
      MethodHandle of,
      MethodHandle state,
      MethodHandle stack,
      MethodHandle blockedOn,
      MethodHandle waitingOn,
      MethodHandle ownsMonitors,
      MethodHandle monitorsAt) {}

  static {
    MethodHandles.Lookup self = MethodHandles.lookup();
    CARRIER =
        orNull(
            () -> {
              Class<?> type = Class.forName("java.lang.VirtualThread");
              return MethodHandles.privateLookupIn(type, self)
                  .findVarHandle(type, "carrierThread", Thread.class);
            });
    EXCLUSIVE_OWNER =
        orNull(
            () -> {
              Class<?> type = AbstractOwnableSynchronizer.class;
              JdkInternals.openToUs(type.getPackageName());
              return MethodHandles.privateLookupIn(type, self)
                  .findVirtual(type, "getExclusiveOwnerThread", methodType(Thread.class));
            });
    SNAPSHOTS = orNull(() -> snapshots(self));
    SIGNAL_HANDLERS =
        orNull(
            () -> {
              JdkInternals.openToUs("jdk.internal.misc");
              Class<?> type = Class.forName("jdk.internal.misc.Signal");
              return (Map<?, ?>)
                  MethodHandles.privateLookupIn(type, self)
                      .findStaticVarHandle(type, "handlers", java.util.Hashtable.class)
                      .get();
            });
  }

  private ThreadInspector() {}

  private interface Finder<T> {
    T find() throws ReflectiveOperationException;
  }

  private static <T> @Nullable T orNull(Finder<T> finder) {
    try {
      return finder.find();
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return null;
    }
  }

  private static Snapshots snapshots(MethodHandles.Lookup self)
      throws ReflectiveOperationException {
    JdkInternals.openToUs("jdk.internal.vm");
    Class<?> type = Class.forName("jdk.internal.vm.ThreadSnapshot");
    MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, self);
    return new Snapshots(
        lookup
            .findStatic(type, "of", methodType(type, Thread.class))
            .asType(methodType(Object.class, Thread.class)),
        getter(lookup, type, "threadState", Thread.State.class),
        getter(lookup, type, "stackTrace", StackTraceElement[].class),
        getter(lookup, type, "blockedOn", Object.class),
        getter(lookup, type, "waitingOn", Object.class),
        getter(lookup, type, "ownsMonitors", boolean.class),
        lookup
            .findVirtual(type, "ownedMonitorsAt", methodType(Stream.class, int.class))
            .asType(methodType(Stream.class, Object.class, int.class)));
  }

  private static MethodHandle getter(
      MethodHandles.Lookup lookup, Class<?> type, String name, Class<?> result)
      throws ReflectiveOperationException {
    return lookup
        .findVirtual(type, name, methodType(result))
        .asType(methodType(result, Object.class));
  }

  /** The thread on which a virtual thread is mounted, or null. */
  public static @Nullable Thread carrierOf(Thread thread) {
    return CARRIER == null || !thread.isVirtual() ? null : (Thread) CARRIER.getVolatile(thread);
  }

  /** Who holds a lock of the JDK exclusively, or null if nobody does or it is unknown. */
  public static @Nullable Thread ownerOf(AbstractOwnableSynchronizer lock) {
    if (EXCLUSIVE_OWNER == null) {
      return null;
    }
    try {
      return (Thread) EXCLUSIVE_OWNER.invokeExact(lock);
    } catch (Throwable e) {
      throw new AssertionError("a getter failed", e);
    }
  }

  /**
   * What a thread does at one moment.
   *
   * @param blockedOn the object whose monitor it wants to enter, or null
   * @param waitingOn the object in whose {@code wait} it is, or null
   * @param monitors those it holds
   */
  public record Snapshot(
      Thread.State state,
      List<StackTraceElement> stack,
      @Nullable Object blockedOn,
      @Nullable Object waitingOn,
      List<Monitor> monitors) {}

  /**
   * A monitor that a thread holds.
   *
   * @param depth of the frame that entered it; 0 is the innermost
   */
  public record Monitor(Object object, int depth) {}

  /**
   * Looks at a thread, which is stopped for some microseconds.
   *
   * @return null if it has ended, or the JVM cannot tell
   */
  public static @Nullable Snapshot snapshot(Thread thread) {
    Snapshots calls = SNAPSHOTS;
    if (calls == null) {
      return null;
    }
    try {
      Object snapshot = (Object) calls.of.invokeExact(thread);
      return snapshot == null ? null : read(calls, snapshot);
    } catch (RuntimeException | Error e) {
      return null;
    } catch (Throwable e) {
      throw new AssertionError("the JDK declares no checked exception here", e);
    }
  }

  private static Snapshot read(Snapshots calls, Object snapshot) throws Throwable {
    Thread.State state = (Thread.State) calls.state.invokeExact(snapshot);
    StackTraceElement[] stack = (StackTraceElement[]) calls.stack.invokeExact(snapshot);
    List<Monitor> monitors = new ArrayList<>();
    if ((boolean) calls.ownsMonitors.invokeExact(snapshot)) {
      for (int depth = 0; depth < stack.length; depth++) {
        int at = depth;
        Stream<?> objects = (Stream<?>) calls.monitorsAt.invokeExact(snapshot, depth);
        objects.forEach(
            object -> {
              if (object != null) {
                monitors.add(new Monitor(object, at));
              }
            });
      }
    }
    boolean blocked = state == Thread.State.BLOCKED;
    boolean waits = state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    return new Snapshot(
        state,
        List.of(stack),
        blocked ? (Object) calls.blockedOn.invokeExact(snapshot) : null,
        waits ? (Object) calls.waitingOn.invokeExact(snapshot) : null,
        monitors);
  }

  /** Every platform thread that lives. */
  public static List<Thread> platformThreads() {
    ThreadGroup root = Thread.currentThread().getThreadGroup();
    if (root == null) {
      return List.of();
    }
    while (root.getParent() != null) {
      root = root.getParent();
    }
    Thread[] threads = new Thread[root.activeCount() + 16];
    int count = root.enumerate(threads);
    while (count == threads.length) {
      threads = new Thread[count * 2];
      count = root.enumerate(threads);
    }
    return List.of(java.util.Arrays.copyOf(threads, count));
  }

  /** Whether a platform thread is one that carries virtual threads for the JDK's scheduler. */
  public static boolean isJdkCarrier(Thread thread) {
    return thread instanceof ForkJoinWorkerThread
        && thread.getClass().getName().equals("jdk.internal.misc.CarrierThread");
  }

  /** Whether a thread is one that the JVM keeps for itself, and that runs no code of a program. */
  public static boolean isOfTheJvm(Thread thread) {
    return switch (thread.getName()) {
      case "Reference Handler",
          "Finalizer",
          "Signal Dispatcher",
          "Attach Listener",
          "Notification Thread",
          "Service Thread",
          "Common-Cleaner",
          "VirtualThread-unblocker",
          "DestroyJavaVM" ->
          true;
      default -> thread.getName().startsWith("Cleaner-") && thread.isDaemon();
    };
  }

  /**
   * Whether somebody has registered a handler for a signal, other than the JVM's own that shut it
   * down. True if it is unknown.
   */
  public static boolean handlesSignals() {
    Map<?, ?> handlers = SIGNAL_HANDLERS;
    if (handlers == null) {
      return true;
    }
    synchronized (handlers) {
      return handlers.values().stream()
          .anyMatch(each -> !each.getClass().getName().startsWith("java.lang."));
    }
  }
}
