package dev.loomlet.jdk;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Access to the parts of the JDK that make virtual threads run on a loop of our own.
 *
 * <p>Only {@code java.lang} must be opened by a flag; whatever else is needed is exported from
 * there by way of {@code java.lang.Module}.
 */
public final class JdkInternals {
  private static final int MINIMUM_FEATURE = 25;

  private static final @Nullable String UNFIT_REASON;
  private static final @Nullable MethodHandle NEW_VIRTUAL_THREAD;
  private static final @Nullable MethodHandle START_IN_CONTAINER;
  private static final @Nullable VarHandle SCHEDULER;
  private static final @Nullable MethodHandle CURRENT_CARRIER;
  private static final @Nullable VarHandle UNCAUGHT_HANDLER;

  /** Whether greenlets are mounted by {@link Mount}. */
  private static final boolean MOUNTS;

  static {
    MethodHandle newVirtualThread = null;
    MethodHandle startInContainer = null;
    VarHandle scheduler = null;
    MethodHandle currentCarrier = null;
    VarHandle uncaughtHandler = null;
    String reason = null;
    try {
      Class<?> virtualThread = Class.forName("java.lang.VirtualThread");
      MethodHandles.Lookup self = MethodHandles.lookup();
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(virtualThread, self);
      newVirtualThread =
          lookup
              .findConstructor(
                  virtualThread,
                  methodType(void.class, Executor.class, String.class, int.class, Runnable.class))
              .asType(
                  methodType(
                      Thread.class, Executor.class, String.class, int.class, Runnable.class));
      scheduler = lookup.findVarHandle(virtualThread, "scheduler", Executor.class);
      MethodHandles.Lookup thread = MethodHandles.privateLookupIn(Thread.class, self);
      currentCarrier =
          thread.findStatic(Thread.class, "currentCarrierThread", methodType(Thread.class));
      uncaughtHandler =
          thread
              .findVarHandle(
                  Thread.class, "uncaughtExceptionHandler", Thread.UncaughtExceptionHandler.class)
              .withInvokeExactBehavior();
      exportToUs(self, "jdk.internal.vm");
      Class<?> container = Class.forName("jdk.internal.vm.ThreadContainer");
      startInContainer =
          thread
              .findVirtual(Thread.class, "start", methodType(void.class, container))
              .asType(methodType(void.class, Thread.class, ThreadRegistry.class));
    } catch (IllegalAccessException e) {
      reason = missingFlag();
    } catch (ReflectiveOperationException | LinkageError e) {
      reason = unfitJdk(e);
    }
    NEW_VIRTUAL_THREAD = newVirtualThread;
    START_IN_CONTAINER = startInContainer;
    SCHEDULER = scheduler;
    CURRENT_CARRIER = currentCarrier;
    UNCAUGHT_HANDLER = uncaughtHandler;
    UNFIT_REASON = reason;
    MOUNTS = reason == null && Mount.isWanted();
    keepPollersOffLoops();
  }

  private JdkInternals() {}

  /**
   * Has the JDK poll its own sockets in platform threads. Otherwise it does so in virtual threads,
   * which would live on the loop of the greenlet that used such a socket first, and stop with it.
   */
  private static void keepPollersOffLoops() {
    if (System.getProperty("jdk.pollerMode") == null) {
      System.setProperty("jdk.pollerMode", "1");
    }
  }

  /** Lets this module use the public types of a package of {@code java.base}. */
  static void exportToUs(MethodHandles.Lookup self, String packageName)
      throws ReflectiveOperationException {
    give(self, Object.class.getModule(), "implAddExports", packageName);
  }

  /** Lets this module reflect on everything in a package of {@code java.base}. */
  static void openToUs(String packageName) throws ReflectiveOperationException {
    give(MethodHandles.lookup(), Object.class.getModule(), "implAddOpens", packageName);
  }

  private static void give(
      MethodHandles.Lookup self, Module owner, String method, String packageName)
      throws ReflectiveOperationException {
    MethodHandle give =
        MethodHandles.privateLookupIn(Module.class, self)
            .findVirtual(Module.class, method, methodType(void.class, String.class, Module.class));
    try {
      give.invoke(owner, packageName, JdkInternals.class.getModule());
    } catch (ReflectiveOperationException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new ReflectiveOperationException("no access to " + packageName, e);
    }
  }

  private static String missingFlag() {
    Module module = JdkInternals.class.getModule();
    String target = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    return "Loomlet needs the JVM flag --add-opens java.base/java.lang="
        + target
        + " (the ./loomlet launcher passes it)";
  }

  private static String unfitJdk(Throwable cause) {
    return "Loomlet does not work on this JDK ("
        + System.getProperty("java.vendor.version", System.getProperty("java.vendor", "unknown"))
        + " "
        + Runtime.version()
        + "): install JDK "
        + MINIMUM_FEATURE
        + ", HotSpot-based ("
        + cause
        + ")";
  }

  /**
   * Why greenlets cannot run in this JVM.
   *
   * @return one sentence that says what to do, or null if they can
   */
  public static @Nullable String unfitReason() {
    return UNFIT_REASON;
  }

  /**
   * Checks that greenlets can run in this JVM.
   *
   * @throws IllegalStateException with {@link #unfitReason()} if not
   */
  public static void requireFit() {
    if (UNFIT_REASON != null) {
      throw new IllegalStateException(UNFIT_REASON);
    }
  }

  /**
   * Creates a virtual thread on a scheduler of ours, without starting it.
   *
   * @param scheduler where its continuation is submitted, and those of virtual threads it creates
   * @param name the thread's name, or null for none
   * @param body what it runs
   */
  public static Thread newVirtualThread(
      GreenletScheduler scheduler, @Nullable String name, Runnable body) {
    MethodHandle constructor = present(NEW_VIRTUAL_THREAD);
    try {
      return (Thread) constructor.invokeExact((Executor) scheduler, name, 0, body);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /**
   * Takes over the mounting of a thread made by {@link #newVirtualThread}, before it is started.
   *
   * @return null if that is left to the JDK
   */
  public static @Nullable Mount mountFor(Thread thread, GreenletScheduler scheduler) {
    return MOUNTS ? Mount.install(thread, scheduler.dispatcher()) : null;
  }

  /**
   * Starts a thread made by {@link #newVirtualThread} as a member of a registry.
   *
   * @throws IllegalThreadStateException if it was started before
   */
  public static void start(Thread thread, ThreadRegistry registry) {
    MethodHandle start = present(START_IN_CONTAINER);
    try {
      start.invokeExact(thread, registry);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /**
   * The scheduler of ours that a thread runs on.
   *
   * @return null for platform threads and for virtual threads of other schedulers
   */
  public static @Nullable GreenletScheduler schedulerOf(Thread thread) {
    if (!thread.isVirtual()) {
      return null;
    }
    VarHandle field = SCHEDULER;
    if (field == null) {
      return null;
    }
    return (Executor) field.get(thread) instanceof GreenletScheduler ours ? ours : null;
  }

  /**
   * The uncaught exception handler that a thread was given.
   *
   * @return null if it was given none, where the JDK's own getter names the thread's group
   */
  public static Thread.@Nullable UncaughtExceptionHandler uncaughtHandlerOf(Thread thread) {
    VarHandle field = UNCAUGHT_HANDLER;
    return field == null ? null : (Thread.UncaughtExceptionHandler) field.get(thread);
  }

  /** The platform thread that executes the caller, below any virtual thread. */
  public static Thread currentCarrier() {
    MethodHandle carrier = present(CURRENT_CARRIER);
    try {
      return (Thread) carrier.invokeExact();
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /**
   * Registers a loop for thread dumps.
   *
   * @param name the heading in the dump
   * @param source lists the live threads
   */
  public static ThreadRegistry register(String name, ThreadRegistry.Source source) {
    requireFit();
    return new LiveThreads(name, source);
  }

  /**
   * Loads a Java agent into this JVM as the launcher does for a jar that names one.
   *
   * @param jar with {@code Launcher-Agent-Class} in its manifest, whose {@code agentmain} is called
   * @throws ReflectiveOperationException if this JDK has no such entrance, or the agent fails
   */
  public static void loadAgent(String jar) throws ReflectiveOperationException {
    Class<?> instrumentation = Class.forName("sun.instrument.InstrumentationImpl");
    give(MethodHandles.lookup(), instrumentation.getModule(), "implAddExports", "sun.instrument");
    instrumentation.getMethod("loadAgent", String.class).invoke(null, jar);
  }

  /** Whether greenlets are mounted by {@link Mount}. */
  static boolean mounts() {
    return MOUNTS;
  }

  /** A call by reflection of a method that declares no checked exception. */
  @FunctionalInterface
  interface Reflective {
    Object call() throws Throwable;
  }

  static Object call(Reflective reflective) {
    try {
      return reflective.call();
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private static MethodHandle present(@Nullable MethodHandle handle) {
    if (handle == null) {
      requireFit();
      throw new AssertionError();
    }
    return handle;
  }

  static RuntimeException rethrow(Throwable e) {
    if (e instanceof RuntimeException unchecked) {
      return unchecked;
    }
    if (e instanceof Error error) {
      throw error;
    }
    throw new AssertionError("the JDK declares no checked exception here", e);
  }
}
