package dev.loomlet;

import dev.loomlet.jdk.Signals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What happens to {@link Loomlet#run} when the JVM ends around it, by Ctrl-C, SIGTERM or {@code
 * System.exit}: its main greenlet is cancelled, and the JVM waits until {@code run} has returned.
 *
 * <p>A shutdown hook does it, so exit codes are the JVM's usual ones. The hook must not wait for
 * code that waits for the hook: {@code System.exit} does not return, so a greenlet that called it
 * never ends. It is recognised by its stack. The loop goes on around it as long as the JDK lets its
 * thread go, which is asked by sending the loop a task.
 */
final class Shutdown {
  /** How long all that is cancelled has, in nanoseconds. */
  private static final long GRACE = Duration.ofSeconds(5).toNanos();

  /** How long a loop in which somebody called exit may take to show that it still turns. */
  private static final long PROOF = Duration.ofMillis(250).toNanos();

  private static final long LOOK_MILLIS = 10;

  /** More greenlets than that are not searched for one that called exit. */
  private static final int SEARCHED = 10_000;

  private static final Set<Shutdown> RUNS = ConcurrentHashMap.newKeySet();
  private static volatile boolean begun;

  /**
   * Whether exit was called on a virtual thread that is no greenlet. Nobody lists those, and it
   * ends the JVM only if its loop, whichever that is, still turns when the hook is done.
   */
  private static volatile boolean begunBySomeVirtualThread;

  /** Installs the hook when the first run begins. */
  private static final class Hook {
    static {
      try {
        Runtime.getRuntime().addShutdownHook(new Thread(Shutdown::cancelAll, "loomlet-shutdown"));
      } catch (IllegalStateException e) {
        // The JVM is ending already; nothing more can be promised.
      }
    }

    static void install() {}
  }

  private final Loop loop;
  private final Greenlet<?> main;
  private final CountDownLatch returned = new CountDownLatch(1);

  private Shutdown(Loop loop, Greenlet<?> main) {
    this.loop = loop;
    this.main = main;
  }

  /** A run begins. */
  static Shutdown guard(Loop loop, Greenlet<?> main) {
    Hook.install();
    Shutdown run = new Shutdown(loop, main);
    RUNS.add(run);
    if (begun) {
      main.cancel(true);
    }
    return run;
  }

  /** The run has ended, and its loop is closed. */
  void ended() {
    RUNS.remove(this);
    returned.countDown();
  }

  /**
   * Keeps the calling thread from printing that it ends by a cancellation, if that is because the
   * JVM ends: whoever pressed Ctrl-C knows.
   */
  static void silence(Throwable error) {
    if (begun && error instanceof Cancelled) {
      Thread self = Thread.currentThread();
      Thread.UncaughtExceptionHandler before = self.getUncaughtExceptionHandler();
      self.setUncaughtExceptionHandler(
          (thread, uncaught) -> {
            if (uncaught != error) {
              before.uncaughtException(thread, uncaught);
            }
          });
    }
  }

  /** Whether the JVM ends. Any thread. */
  static boolean hasBegun() {
    return begun;
  }

  /** The hook. */
  private static void cancelAll() {
    begun = true;
    List<Shutdown> runs = new ArrayList<>(RUNS);
    if (runs.isEmpty()) {
      return;
    }
    begunBySomeVirtualThread = !isBegunBySomebodyKnown(runs);
    endAtOnceOn("INT", 130);
    endAtOnceOn("TERM", 143);
    for (Shutdown each : runs) {
      each.main.cancel(true);
    }
    long start = System.nanoTime();
    for (Shutdown each : runs) {
      each.await(start);
    }
  }

  private static boolean isBegunBySomebodyKnown(List<Shutdown> runs) {
    for (StackTraceElement[] each : Thread.getAllStackTraces().values()) {
      if (isEnding(each)) {
        return true;
      }
    }
    return runs.stream().anyMatch(each -> !each.exiting().isEmpty());
  }

  /** Whether the loop of a run that is over must go on turning until the JVM is gone. */
  static boolean needsLoops() {
    return begunBySomeVirtualThread;
  }

  /** Somebody who asks again does not want to wait. */
  private static void endAtOnceOn(String signal, int exitCode) {
    try {
      Signals.handle(signal, _ -> Runtime.getRuntime().halt(exitCode));
    } catch (IllegalArgumentException | IllegalStateException e) {
      // Java does not handle signals here (-Xrs), so they end it at once anyway.
    }
  }

  private void await(long start) {
    List<Thread> exiting = exiting();
    if (!exiting.isEmpty()) {
      loop.core().submit(() -> cancelAllBut(exiting));
    }
    CountDownLatch turned = new CountDownLatch(1);
    loop.core().submit(turned::countDown);
    try {
      while (!returned.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        long passed = System.nanoTime() - start;
        if (passed > GRACE) {
          System.err.println(
              "loomlet: did not end when cancelled: " + String.join(", ", names(exiting)));
          return;
        }
        if (!exiting.isEmpty()
            && (names(exiting).isEmpty() || (passed > PROOF && turned.getCount() > 0))) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The threads of this run that have called exit, and so wait for the hook. */
  private List<Thread> exiting() {
    List<Thread> found = new ArrayList<>();
    if (hasCalledExit(loop.core().owner)) {
      found.add(loop.core().owner);
    }
    Iterator<Thread> threads = loop.live().threads().limit(SEARCHED).iterator();
    while (threads.hasNext()) {
      Thread each = threads.next();
      if (hasCalledExit(each)) {
        found.add(each);
      }
    }
    return found;
  }

  private static boolean hasCalledExit(Thread thread) {
    return isEnding(thread.getStackTrace());
  }

  /** Whether a thread ends the JVM: by exit, for a signal too, or as the last one that is left. */
  private static boolean isEnding(StackTraceElement[] stack) {
    for (StackTraceElement each : stack) {
      if (each.getClassName().equals("java.lang.Shutdown")) {
        return true;
      }
    }
    return false;
  }

  /** On the loop: what {@code run} would do, were its main not one of those that never end. */
  private void cancelAllBut(Collection<Thread> exiting) {
    for (Greenlet<?> each = loop.live().newest(); each != null; each = each.older) {
      if (!exiting.contains(each.thread())) {
        each.cancel(true);
      }
    }
  }

  private List<String> names(Collection<Thread> exiting) {
    List<String> names = new ArrayList<>();
    loop.live()
        .threads()
        .filter(thread -> !exiting.contains(thread))
        .limit(SEARCHED)
        .forEach(thread -> names.add(nameOf(thread)));
    return names;
  }

  private static String nameOf(Thread thread) {
    return thread.getName().isEmpty() ? "greenlet-" + thread.threadId() : thread.getName();
  }
}
