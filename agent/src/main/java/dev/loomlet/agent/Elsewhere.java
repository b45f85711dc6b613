package dev.loomlet.agent;

import dev.loomlet.Loop;
import dev.loomlet.jdk.ClassLoading;
import dev.loomlet.wait.HelperPool;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.Waiter;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Has a method of the JDK called on a helper thread, as the caller's loop goes on, with the outcome
 * that it would have had here.
 *
 * <p>Such a call is no checkpoint: a greenlet that is being cancelled can still tidy up its files,
 * and one that is cancelled meanwhile gets the outcome, and is told at the next wait.
 */
final class Elsewhere {
  /** As many as the JDK starts at most to stand in for carriers that are blocked. */
  private static final int MOST_THREADS = 256;

  private static final HelperPool HELPERS = new HelperPool("loomlet-file", MOST_THREADS);

  /**
   * The methods behind points, by number. Most programs use few of them, so they are found late.
   */
  private static volatile Methods methods = new Methods(List.of());

  private Elsewhere() {}

  private static final class Methods {
    private final List<ElsewherePoint> points;
    private final AtomicReferenceArray<@Nullable MethodHandle> found;

    Methods(List<ElsewherePoint> points) {
      this.points = points;
      this.found = new AtomicReferenceArray<>(points.size());
    }

    MethodHandle of(int point) throws ReflectiveOperationException {
      MethodHandle method = found.get(point);
      if (method == null) {
        method = points.get(point).handle();
        found.set(point, method);
      }
      return method;
    }
  }

  /** Says which methods there are. */
  static void link(List<ElsewherePoint> points) {
    methods = new Methods(List.copyOf(points));
  }

  /**
   * Whether the calling thread may wait for another one: not while it loads or initialises a class.
   * (Below a native method it may, but takes its loop's thread with it.) And not on a loop that has
   * no threads to help it.
   */
  static boolean isPossible() {
    if (ClassLoading.isUnderWay()) {
      return false;
    }
    Loop loop = Loop.currentOrNull();
    return loop == null || loop.engine().usesThreads();
  }

  /**
   * Calls a method, and waits.
   *
   * @param point its number
   * @param arguments the receiver first, if there is one
   */
  static @Nullable Object call(int point, @Nullable Object[] arguments) throws Throwable {
    return call(() -> (Object) methods.of(point).invokeExact(arguments), false);
  }

  /** Something to be done, which may throw anything. */
  @FunctionalInterface
  interface Work {
    @Nullable Object run() throws Throwable;
  }

  /**
   * Does something, and waits.
   *
   * @param interruptible whether an interrupt or a cancellation interrupts the helper
   */
  static @Nullable Object call(Work work, boolean interruptible) throws Throwable {
    Job job = new Job(work);
    HELPERS.execute(job);
    job.waiter.awaitUnheard(job, interruptible ? job::interrupt : () -> {});
    Throwable failure = job.failure;
    if (failure == null) {
      return job.value;
    }
    if (interruptible) {
      throwIfCancelled();
    }
    HelperPool.tellWhoCalled(failure);
    throw failure;
  }

  private static void throwIfCancelled() {
    Task self = Task.of(Thread.currentThread());
    if (self != null && self.needsAttention()) {
      Task.checkpoint();
    }
  }

  private static final class Job implements Runnable {
    final Waiter waiter = new Waiter();
    private final Work work;
    private @Nullable Object value;
    private @Nullable Throwable failure;
    private @Nullable Thread helper;
    private boolean interrupted;

    Job(Work work) {
      this.work = work;
    }

    /** Under no lock but its own, so that the one who interrupts is never late. */
    synchronized void interrupt() {
      interrupted = true;
      if (helper != null) {
        helper.interrupt();
      }
    }

    private synchronized void begin() {
      helper = Thread.currentThread();
      if (interrupted) {
        helper.interrupt();
      }
    }

    private synchronized void end() {
      helper = null;
      // The helper's next caller is not meant.
      Thread.interrupted();
    }

    @Override
    public void run() {
      begin();
      try {
        value = work.run();
      } catch (Throwable e) {
        failure = e;
      }
      end();
      waiter.grant();
      waiter.wake();
    }

    @Override
    public String toString() {
      return "a file operation on a helper thread";
    }
  }
}
