package dev.loomlet;

import dev.loomlet.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The way in: write {@code import static dev.loomlet.Loomlet.*;} and then straight-line code.
 *
 * {@snippet :
 * void main() throws Exception {
 *   run(() -> {
 *     var slow = spawn(() -> { sleep(2000); return "two"; });
 *     var slower = spawn(() -> { sleep(3000); return "three"; });
 *     joinAll(slow, slower); // takes 3 s, not 5
 *     System.out.println(slow.get() + " " + slower.get());
 *   });
 * }
 * }
 *
 * <p>Everything here acts on {@link Loop#current()}: in a greenlet on its loop; on a platform
 * thread on a loop of its own, which runs whenever the thread waits in one of these methods.
 */
public final class Loomlet {
  /** How long greenlets that {@link #run} cancels at the end have to clean up. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private Loomlet() {}

  /**
   * Runs a loop on the calling thread until the given code has ended, as asyncio's {@code run}.
   * Greenlets that are still alive then are cancelled and have five seconds to clean up; the names
   * of those that do not end are printed to standard error.
   *
   * @param main becomes the greenlet {@code main}
   * @return what it returns
   * @throws Exception what it throws, unchanged
   * @throws IllegalStateException inside a loop; on a virtual thread; on a JVM that cannot run
   *     greenlets
   */
  public static <T extends @Nullable Object> T run(Callable<? extends T> main) throws Exception {
    Loop hub = Thread.currentThread().isVirtual() ? null : Loop.hubOrNull();
    return run(hub, LoopOptions.defaults(), main);
  }

  /** As {@link #run(Callable)}, for code without a result. */
  public static void run(Action main) throws Exception {
    run(Loop.callable(main));
  }

  /**
   * As {@link #run(Callable)}, on a loop made of given parts.
   *
   * @throws IllegalStateException also if the thread has a loop already
   */
  public static <T extends @Nullable Object> T run(LoopOptions options, Callable<? extends T> main)
      throws Exception {
    return run(null, options, main);
  }

  /** As {@link #run(LoopOptions, Callable)}, for code without a result. */
  public static void run(LoopOptions options, Action main) throws Exception {
    run(options, Loop.callable(main));
  }

  private static <T extends @Nullable Object> T run(
      @Nullable Loop existing, LoopOptions options, Callable<? extends T> main) throws Exception {
    Loop around = Loop.currentOrNull();
    if (around != null && (around.isCurrent() || around.isRunning())) {
      throw new IllegalStateException(
          "run was called inside " + around + "; call the code itself, or spawn it");
    }
    Loop loop = existing == null ? Loop.open(options) : existing;
    try {
      return loop.runMain(main);
    } finally {
      List<String> stubborn = loop.close(GRACE);
      if (!stubborn.isEmpty()) {
        System.err.println("loomlet: did not end when cancelled: " + String.join(", ", stubborn));
      }
    }
  }

  /**
   * Starts a greenlet. It runs when the caller waits, so it never does if the main code ends
   * before. Does not wait.
   *
   * @param body its code
   */
  public static <T extends @Nullable Object> Greenlet<T> spawn(Callable<? extends T> body) {
    return Loop.current().spawn(body);
  }

  /** As {@link #spawn(Callable)}, for code without a result. */
  public static Greenlet<@Nullable Void> spawn(Action body) {
    return Loop.current().spawn(body);
  }

  /**
   * As {@link #spawn(Callable)}, with a name.
   *
   * @param name also the name of its thread
   */
  public static <T extends @Nullable Object> Greenlet<T> spawn(
      String name, Callable<? extends T> body) {
    return Loop.current().spawn(name, body);
  }

  /** As {@link #spawn(String, Callable)}, for code without a result. */
  public static Greenlet<@Nullable Void> spawn(String name, Action body) {
    return Loop.current().spawn(name, body);
  }

  /**
   * Starts a greenlet after a while. Does not wait.
   *
   * @param delay 0 or less for now
   */
  public static <T extends @Nullable Object> Greenlet<T> spawnLater(
      Duration delay, Callable<? extends T> body) {
    return Loop.current().spawnLater(delay, body);
  }

  /** As {@link #spawnLater(Duration, Callable)}, for code without a result. */
  public static Greenlet<@Nullable Void> spawnLater(Duration delay, Action body) {
    return Loop.current().spawnLater(delay, body);
  }

  /**
   * Waits until all have ended, well or not; gevent's {@code joinall}.
   *
   * @throws Cancelled if the caller is cancelled
   */
  public static void joinAll(Greenlet<?>... greenlets) {
    joinAll(Arrays.asList(greenlets));
  }

  /** As {@link #joinAll(Greenlet...)}. */
  public static void joinAll(Collection<? extends Greenlet<?>> greenlets) {
    for (Greenlet<?> each : greenlets) {
      each.join();
    }
  }

  /**
   * As {@link #joinAll(Greenlet...)}, for a limited time.
   *
   * @return whether all have ended
   */
  public static boolean joinAll(Duration timeout, Collection<? extends Greenlet<?>> greenlets) {
    Loop loop = Loop.currentOrNull();
    Clock clock = loop == null ? Clock.system() : loop.clock();
    long deadline = clock.nanoTime() + Durations.toNanos(timeout);
    for (Greenlet<?> each : greenlets) {
      if (!each.join(Duration.ofNanos(deadline - clock.nanoTime()))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Waits for a time while other greenlets run. With 0 or less it only lets them run once.
   *
   * @param millis milliseconds
   * @throws Cancelled if the caller is cancelled
   */
  public static void sleep(long millis) {
    sleep(Duration.ofMillis(millis));
  }

  /**
   * Waits for a time while other greenlets run. Ends at most a tenth of a millisecond late on an
   * idle loop, never early.
   *
   * @throws Cancelled if the caller is cancelled
   */
  public static void sleep(Duration time) {
    long nanos = Durations.toNanos(time);
    onLoop(loop -> loop.sleep(nanos));
  }

  /**
   * Lets every other greenlet that is ready run once; {@code gevent.sleep(0)}. Must be written
   * {@code Loomlet.yield()}, because Java keeps the bare word for itself.
   *
   * @throws Cancelled if the caller is cancelled
   */
  public static void yield() {
    onLoop(loop -> loop.sleep(0));
  }

  /** The greenlet that runs the caller, or null outside greenlets. */
  public static @Nullable Greenlet<?> current() {
    return Greenlet.current();
  }

  private interface Wait {
    void on(Loop loop);
  }

  private static void onLoop(Wait wait) {
    Loop loop = Loop.current();
    if (loop.isCurrent()) {
      wait.on(loop);
      return;
    }
    try {
      loop.call(
          () -> {
            wait.on(loop);
            return null;
          });
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("a wait throws no checked exception", e);
    }
  }
}
