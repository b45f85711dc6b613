package dev.loomlet;

import dev.loomlet.diagnose.GreenletTree;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
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
   * of those that do not end are printed to standard error, errors of others go to the loop's
   * {@link UncaughtHandler}.
   *
   * <p>If the JVM ends meanwhile, by Ctrl-C, SIGTERM or {@code System.exit}, the main greenlet is
   * cancelled, so that {@code finally} blocks run, and so is the rest; the JVM waits for that for
   * five seconds and then ends with its usual exit code. A second Ctrl-C ends it at once.
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
    Shutdown shutdown = null;
    try {
      Greenlet<T> greenlet = loop.spawnMain(main);
      shutdown = Shutdown.guard(loop, greenlet);
      return loop.runToEnd(greenlet);
    } catch (Cancelled e) {
      Shutdown.silence(e);
      throw e;
    } finally {
      loop.cancelLeft(GRACE);
      if (shutdown != null && Shutdown.needsLoops()) {
        shutdown.ended();
        loop.turnToTheEndOfTheJvm();
      }
      List<String> stubborn = loop.close();
      if (!stubborn.isEmpty()) {
        System.err.println("loomlet: did not end when cancelled: " + String.join(", ", stubborn));
      }
      if (shutdown != null) {
        shutdown.ended();
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

  /**
   * As {@link #spawn(Callable)}, for code without a result. For a method that is overloaded, as
   * many that may wait are, write a lambda: in {@code spawn(event::await)} the compiler does not
   * choose, in {@code spawn(() -> event.await())} it does.
   */
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
  public static void joinAll(Awaitable<?>... awaitables) {
    joinAll(Arrays.asList(awaitables));
  }

  /** As {@link #joinAll(Awaitable...)}. */
  public static void joinAll(Collection<? extends Awaitable<?>> awaitables) {
    Task.checkpoint();
    for (Awaitable<?> each : awaitables) {
      each.join();
    }
  }

  /**
   * As {@link #joinAll(Awaitable...)}, for a limited time.
   *
   * @return whether all have ended
   */
  public static boolean joinAll(Duration timeout, Collection<? extends Awaitable<?>> awaitables) {
    try (Completions<?> completions = new Completions<>(awaitables, false)) {
      return completions.takeUntil(awaitables.size(), TimeLimit.toNanos(timeout), any -> false);
    }
  }

  /**
   * Waits until some have ended; {@code gevent.joinall} with its {@code count} and {@code
   * raise_error}.
   *
   * @param timeout how long at most
   * @param count how many must have ended; more than there are means all
   * @param raise whether the first error ends the waiting and is thrown
   * @return those that have ended, in the order in which they did
   * @throws ExecutionException with the first error as its cause, if it is to be raised
   * @throws Cancelled if the caller is cancelled
   */
  public static <A extends Awaitable<?>> List<A> joinAll(
      Collection<A> awaitables, Duration timeout, int count, boolean raise)
      throws ExecutionException {
    try (Completions<A> completions = new Completions<>(awaitables, raise)) {
      completions.takeUntil(
          count, TimeLimit.toNanos(timeout), each -> raise && each.exception() != null);
      List<A> ended = completions.taken();
      A last = ended.isEmpty() ? null : ended.getLast();
      if (raise && last != null && last.exception() != null) {
        throw new ExecutionException(last.exception());
      }
      return ended;
    }
  }

  /** Waits until every other greenlet of the caller's loop has ended; {@code gevent.wait()}. */
  public static void joinOthers() {
    Loop loop = Loop.current();
    Greenlet<?> self = Greenlet.current();
    Greenlet<?> other = loop.live().newestBut(self);
    while (other != null) {
      other.join();
      other = loop.live().newestBut(self);
    }
  }

  /**
   * Kills greenlets and waits until they have ended; gevent's {@code killall}.
   *
   * @throws Cancelled if the caller is cancelled
   */
  public static void killAll(Collection<? extends Greenlet<?>> greenlets) {
    for (Greenlet<?> each : greenlets) {
      each.kill(Duration.ZERO);
    }
    joinAll(greenlets);
  }

  /**
   * As {@link #killAll(Collection)}, with an error of choice and waiting for a limited time.
   *
   * @param timeout 0 or less not to wait at all
   * @return whether all have ended
   */
  public static boolean killAll(
      Collection<? extends Greenlet<?>> greenlets, Throwable error, Duration timeout) {
    for (Greenlet<?> each : greenlets) {
      each.kill(error, Duration.ZERO);
    }
    return joinAll(timeout, greenlets);
  }

  /**
   * Waits until all, the first, or the first failed of several have ended; {@code asyncio.wait}.
   * What is pending goes on.
   *
   * @throws Cancelled if the caller is cancelled
   */
  public static <A extends Awaitable<?>> Waited<A> await(Collection<A> awaitables, Until until) {
    return await(awaitables, until, Duration.ofNanos(Waiter.FOREVER));
  }

  /**
   * As {@link #await(Collection, Until)}, for a limited time.
   *
   * @param timeout 0 or less to look only
   */
  public static <A extends Awaitable<?>> Waited<A> await(
      Collection<A> awaitables, Until until, Duration timeout) {
    try (Completions<A> completions = new Completions<>(awaitables, false)) {
      completions.takeUntil(
          awaitables.size(),
          TimeLimit.toNanos(timeout),
          each ->
              until == Until.FIRST_COMPLETED
                  || (until == Until.FIRST_EXCEPTION && each.isFailed()));
      return Waited.of(awaitables);
    }
  }

  /**
   * Gives awaitables one after another as they end; {@code asyncio.as_completed}, {@code
   * gevent.iwait}. Can be iterated once; the iterator's {@code hasNext} tells whether some are
   * left, its {@code next} waits.
   */
  public static <A extends Awaitable<?>> Iterable<A> asCompleted(Collection<A> awaitables) {
    return new Completions<>(awaitables, true);
  }

  /**
   * Starts tasks and waits for all their values; {@code asyncio.gather}. The first error ends the
   * waiting; the others go on. If the caller is cancelled, so are all.
   *
   * @return the values in the order of the tasks
   * @throws ExecutionException with the first error as its cause
   * @throws Cancelled if the caller is cancelled
   */
  @SafeVarargs
  public static <T extends @Nullable Object> List<T> gather(Callable<? extends T>... tasks)
      throws ExecutionException {
    List<Greenlet<T>> greenlets = new ArrayList<>(tasks.length);
    for (Callable<? extends T> each : tasks) {
      greenlets.add(Loop.current().spawn(each));
    }
    return gather(greenlets);
  }

  /** As {@link #gather(Callable...)}, of what runs already. */
  public static <T extends @Nullable Object> List<T> gather(
      Collection<? extends Awaitable<T>> awaitables) throws ExecutionException {
    try {
      joinAll(awaitables, Duration.ofNanos(Waiter.FOREVER), awaitables.size(), true);
    } catch (ExecutionException e) {
      throw e;
    } catch (Throwable e) {
      // Cancelled, or an error that was thrown into it, such as a Timeout.
      for (Awaitable<T> each : awaitables) {
        each.cancel(true);
      }
      throw e;
    }
    List<T> values = new ArrayList<>(awaitables.size());
    for (Awaitable<T> each : awaitables) {
      values.add(each.resultNow());
    }
    return values;
  }

  /**
   * Waits for a value and gives up what makes it if it takes too long; {@code asyncio.wait_for}.
   *
   * @throws TimeoutException if it has not ended in time; it is then cancelled
   * @throws ExecutionException with its error as the cause, if it failed
   * @throws InterruptedException if the calling thread is interrupted
   * @throws Cancelled if the caller is cancelled; so is what was waited for
   */
  public static <T extends @Nullable Object> T waitFor(Awaitable<T> awaitable, Duration timeout)
      throws TimeoutException, ExecutionException, InterruptedException {
    try {
      return awaitable.get(timeout);
    } catch (Throwable e) {
      // If it has ended, this changes nothing.
      awaitable.cancel(true);
      throw e;
    }
  }

  /**
   * Runs code that a cancellation of the caller does not reach: it becomes a greenlet of its own,
   * and the caller waits for it; {@code asyncio.shield}. A caller that is cancelled goes on at
   * once, without the value. (A scope {@linkplain CancelScope#withShield with a shield} lets the
   * caller itself finish.)
   *
   * @throws Exception what the code throws, unchanged
   * @throws Cancelled if the caller is cancelled
   */
  public static <T extends @Nullable Object> T shield(Callable<? extends T> code) throws Exception {
    Greenlet<T> greenlet = Loop.current().spawn(code);
    greenlet.awaitEnd(true, Waiter.FOREVER);
    return greenlet.unwrap();
  }

  /**
   * Runs code for a limited time; {@code gevent.with_timeout}, trio's {@code fail_after}. Nested
   * limits each end their own code.
   *
   * @param limit 0 or less ends it at its first wait
   * @throws TimeoutException if the code was cut short
   * @throws Exception what the code throws, unchanged
   * @throws Cancelled if the caller is cancelled
   */
  @SuppressWarnings("NullAway") // T says itself whether it may be null
  public static <T extends @Nullable Object> T withTimeout(
      Duration limit, Callable<? extends T> code) throws Exception {
    CancelScope scope = new CancelScope().withDeadline(limit);
    T value = scope.call(code);
    if (scope.isCaught()) {
      throw new TimeoutException("not done within " + Durations.toText(limit));
    }
    return value;
  }

  /** As {@link #withTimeout(Duration, Callable)}, for code without a result. */
  public static void withTimeout(Duration limit, Action code) throws Exception {
    withTimeout(limit, Loop.callable(code));
  }

  /**
   * As {@link #withTimeout(Duration, Callable)}, up to a point in time; {@code asyncio.timeout_at}.
   *
   * @param nanoTime in terms of the {@link Loop#clock} of the caller's loop
   */
  public static <T extends @Nullable Object> T timeoutAt(long nanoTime, Callable<? extends T> code)
      throws Exception {
    return withTimeout(Duration.ofNanos(nanoTime - Loop.current().clock().nanoTime()), code);
  }

  /**
   * Runs code for a limited time and then goes on; trio's {@code move_on_after}, gevent's silent
   * timeout.
   *
   * @param limit 0 or less ends it at its first wait
   * @return whether the code ran to its end
   * @throws Exception what the code throws, unchanged
   * @throws Cancelled if the caller is cancelled
   */
  public static boolean moveOnAfter(Duration limit, Action code) throws Exception {
    return new CancelScope().withDeadline(limit).run(code);
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
    long nanos = TimeLimit.toNanos(time);
    onLoop(loop -> loop.sleep(nanos));
  }

  /**
   * Lets every other greenlet that is ready run once; {@code gevent.sleep(0)}. Must be written
   * {@code Loomlet.yield()}, because Java keeps the bare word for itself.
   *
   * @throws Cancelled if the caller is cancelled
   */
  public static void yield() {
    if (Task.of(Thread.currentThread()) instanceof GreenletTask self) {
      self.loop().yieldNow();
    } else {
      onLoop(loop -> loop.sleep(0));
    }
  }

  /**
   * Prints all loops of this JVM with their greenlets, each below the one that spawned it: what it
   * does or waits for, and its stack; {@code gevent.util.print_run_info}. Any thread; does not wait
   * for anybody. The text alone gives {@link GreenletTree#text}.
   */
  public static void printTree(PrintStream out) {
    out.print(GreenletTree.text());
  }

  /**
   * Has a thread of a common pool run code that would hold up the loop; asyncio's {@code
   * run_in_executor} with its default executor. The pool has four threads more than there are
   * processors, at most 32. Does not wait; the result's {@code get} does.
   *
   * @see ThreadPool
   */
  public static <T extends @Nullable Object> AsyncResult<T> runInExecutor(
      Callable<? extends T> code) {
    return ThreadPool.common().applyAsync(code);
  }

  /**
   * As {@link #runInExecutor(Callable)}, with an executor of choice. Cancelling the result takes
   * the code back if it has not begun, and interrupts it if that is asked for.
   */
  public static <T extends @Nullable Object> AsyncResult<T> runInExecutor(
      Executor executor, Callable<? extends T> code) {
    return ThreadPool.submit(executor, code);
  }

  /**
   * Has code run, as a greenlet of the caller's loop, whenever the process gets a signal; {@code
   * gevent.signal_handler}, asyncio's {@code add_signal_handler}. What the signal did before, for
   * instance to end the JVM, it does not do any more.
   *
   * @param signal such as {@code INT}, {@code TERM}, {@code HUP} or {@code USR2}
   * @return to be closed, which restores what was before
   * @throws IllegalArgumentException if there is no such signal, or the JVM keeps it for itself
   */
  public static SignalRegistration onSignal(String signal, Action action) {
    return SignalRegistration.open(signal, Loop.current(), action);
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
