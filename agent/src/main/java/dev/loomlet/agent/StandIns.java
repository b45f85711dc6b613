package dev.loomlet.agent;

import dev.loomlet.Loop;
import dev.loomlet.wait.Task;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Threads that were started on a loop and became greenlets: which do, and who they are. */
final class StandIns {
  /** Of those that live, by the number of the thread that they stand in for. */
  private static final Map<Long, StandIn> ALIVE = new ConcurrentHashMap<>();

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Condition CHANGED = LOCK.newCondition();
  private static int keepingAlive;

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /** Pools of this kind only count their threads; others wait for the real end of one. */
  private static final String COUNTING_CONTAINER = "jdk.internal.vm.SharedThreadContainer";

  private static final String SERVICE_THREAD = "jdk.internal.misc.InnocuousThread";

  /** The JDK's HTTP server, whose threads run what the program gave it. */
  private static final String SERVER = "sun.net.httpserver.";

  /** Whose threads wait in the kernel, for asynchronous channels. */
  private static final String CHANNELS = "sun.nio.ch.";

  /** Parts of the JDK that start threads for whoever calls them. */
  private static final List<String> PASSED_OVER =
      List.of(
          HookClass.NAME,
          "java.lang.Iterable",
          "java.lang.System$",
          "java.lang.Thread",
          "java.lang.invoke.",
          "java.util.",
          "jdk.internal.vm.");

  /** Others among them that do so for themselves. */
  private static final List<String> SERVICES = List.of("java.util.logging.", "java.util.prefs.");

  private static final Set<Class<?>> OWN = Set.of(StandIns.class, Hooks.class);

  /**
   * The loop of whoever gives it something to do, in the place of the common pool. Not one loop:
   * classes of the JDK keep it in static fields.
   */
  private static final Executor WHERE_CALLED =
      task -> {
        Loop loop = Hooks.loop() == null ? null : Loop.currentOrNull();
        (loop == null ? ForkJoinPool.commonPool() : loop).execute(task);
      };

  private static volatile boolean enabled;

  private StandIns() {}

  static void enable() {
    enabled = true;
  }

  /** Whether threads become greenlets at all. */
  static boolean isEnabled() {
    return enabled;
  }

  /** The task of a thread that is asked for as a platform thread, and is to be one. */
  private record RealThread(Runnable task) implements Runnable {
    @Override
    public void run() {
      task.run();
    }
  }

  /** {@code Thread.ofPlatform()}: marks the thread to be made. */
  static @Nullable Runnable real(@Nullable Runnable task) {
    return task == null || !enabled ? task : new RealThread(task);
  }

  /** {@code Thread.start()}: whether a greenlet was started instead. */
  static boolean start(Thread thread) {
    return mayStandIn(thread)
        && (SimulatedCalls.isSimulated() || isProgramsDoing())
        && begin(thread);
  }

  /** {@code Thread.start(ThreadContainer)}, by which pools start threads. */
  static boolean startInContainer(Thread thread, Object container) {
    return mayStandIn(thread)
        && container.getClass().getName().equals(COUNTING_CONTAINER)
        && !isForChannels()
        && begin(thread);
  }

  private static boolean mayStandIn(Thread thread) {
    return enabled
        && !thread.isVirtual()
        && Hooks.loop() != null
        && !(thread instanceof ForkJoinWorkerThread)
        && !isServiceThread(thread)
        && !(ThreadAccess.taskOf(thread) instanceof RealThread)
        && ThreadAccess.isNew(thread);
  }

  /** Whether the JDK uses a thread for itself. */
  static boolean isServiceThread(Thread thread) {
    for (Class<?> type = thread.getClass(); type != Thread.class; type = type.getSuperclass()) {
      if (type.getName().equals(SERVICE_THREAD)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a thread is started by the program or one of its libraries, or on their behalf.
   *
   * <p>The JDK starts threads for itself, too: those wait in ways that no patch reaches, or are to
   * outlive the loop. So the JDK's classes do not count but for servers, with what they start for
   * every program. Collections, streams and timers are passed over: who called those counts, as in
   * {@code threads.forEach(Thread::start)}.
   */
  private static boolean isProgramsDoing() {
    Class<?> starter = starter();
    return !isOfJdk(starter) || starter.getName().startsWith(SERVER);
  }

  /** Whether a pool's thread is to be one of those on which the JDK waits for channels. */
  private static boolean isForChannels() {
    Class<?> starter = starter();
    return isOfJdk(starter) && starter.getName().startsWith(CHANNELS);
  }

  private static Class<?> starter() {
    return WALKER.walk(
        frames ->
            frames
                .<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                .filter(each -> !isPassedOver(each))
                .findFirst()
                .orElse(Object.class));
  }

  private static boolean isOfJdk(Class<?> type) {
    return type.getClassLoader() == null
        || type.getClassLoader() == ClassLoader.getPlatformClassLoader();
  }

  private static boolean isPassedOver(Class<?> type) {
    return OWN.contains(type)
        || type.getName().equals(HookClass.BRIDGE)
        || (isOfJdk(type)
            && startsWithOneOf(type.getName(), PASSED_OVER)
            && !startsWithOneOf(type.getName(), SERVICES));
  }

  private static boolean startsWithOneOf(String name, List<String> beginnings) {
    for (String each : beginnings) {
      if (name.startsWith(each)) {
        return true;
      }
    }
    return false;
  }

  private static boolean begin(Thread thread) {
    synchronized (thread) {
      if (!ThreadAccess.isNew(thread)) {
        throw new IllegalThreadStateException();
      }
      StandIn standIn = new StandIn(thread);
      ALIVE.put(thread.threadId(), standIn);
      ThreadAccess.setStoodInFor(thread);
      count(standIn, 1);
      try {
        standIn.start();
      } catch (Throwable e) {
        ended(standIn);
        throw e;
      }
      return true;
    }
  }

  private static void count(StandIn standIn, int change) {
    if (standIn.isDaemon()) {
      return;
    }
    LOCK.lock();
    try {
      keepingAlive += change;
      CHANGED.signalAll();
    } finally {
      LOCK.unlock();
    }
  }

  /** It has run; may be called again. */
  static void ended(StandIn standIn) {
    Thread thread = standIn.original();
    if (ALIVE.remove(thread.threadId(), standIn)) {
      synchronized (thread) {
        ThreadAccess.setTerminated(thread);
        // For those who join it.
        thread.notifyAll();
      }
      count(standIn, -1);
    }
  }

  /** Waits until none is left that keeps a program alive. */
  static void awaitEnd() throws InterruptedException {
    LOCK.lock();
    try {
      while (keepingAlive > 0) {
        CHANGED.await();
      }
    } finally {
      LOCK.unlock();
    }
  }

  private static @Nullable StandIn find(Thread thread) {
    return !thread.isVirtual() && ThreadAccess.isStoodInFor(thread)
        ? ALIVE.get(thread.threadId())
        : null;
  }

  /** The thread that stands in for another one; null if none does. */
  static @Nullable Thread of(Thread thread) {
    StandIn found = find(thread);
    return found == null ? null : found.thread();
  }

  /** The thread that one stands in for; itself if it does not. */
  static Thread originalOf(Thread thread) {
    StandIn found = enabled && thread.isVirtual() ? ALIVE.get(thread.threadId()) : null;
    return found != null && found.thread() == thread ? found.original() : thread;
  }

  /** The thread that stands in for another one, else that one. */
  static @Nullable Thread orSelf(@Nullable Thread thread) {
    Thread found = thread == null ? null : of(thread);
    return found == null ? thread : found;
  }

  /** Whether it was done here. */
  static boolean interrupt(Thread thread) {
    StandIn found = find(thread);
    if (found != null) {
      found.interrupt();
    }
    return found != null;
  }

  /** 1 or 0; -1 if it is nobody stood in for. */
  static int isInterrupted(Thread thread) {
    StandIn found = find(thread);
    return found == null ? -1 : found.isInterrupted() ? 1 : 0;
  }

  /**
   * Whether a thread is a greenlet that does not stand in for a daemon. The JDK has all virtual
   * threads for daemons, and so would have those that they make.
   */
  static boolean isNoDaemon(Thread thread) {
    if (!enabled || !thread.isVirtual() || Task.of(thread) == null) {
      return false;
    }
    StandIn standIn = ALIVE.get(thread.threadId());
    return standIn == null || !standIn.isDaemon();
  }

  /** The caller's loop, in the place of the common pool; null outside of loops. */
  static @Nullable Executor executor() {
    return enabled && Hooks.loop() != null ? WHERE_CALLED : null;
  }

  /** As {@link #executor}, if a pool is the common one. */
  static @Nullable Executor executorFor(Object pool) {
    return pool == ForkJoinPool.commonPool() ? executor() : null;
  }

  /** {@code ForkJoinPool.submit}; null if it was not done here. */
  static @Nullable Object submit(Object pool, @Nullable Object task) {
    Executor executor = task == null ? null : executorFor(pool);
    if (executor == null || task instanceof ForkJoinTask<?>) {
      return null;
    }
    ForkJoinTask<?> submitted =
        task instanceof Callable<?> callable
            ? ForkJoinTask.adaptInterruptible(callable)
            : ForkJoinTask.adapt((Runnable) task);
    executor.execute((RunnableFuture<?>) submitted);
    return submitted;
  }
}
