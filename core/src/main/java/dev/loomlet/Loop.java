package dev.loomlet;

import dev.loomlet.diagnose.Watch;
import dev.loomlet.engine.Engine;
import dev.loomlet.jdk.GreenletScheduler;
import dev.loomlet.jdk.InheritedPatch;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.jdk.ThreadRegistry;
import dev.loomlet.time.Clock;
import dev.loomlet.time.Timer;
import dev.loomlet.wait.Hub;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLoop;
import dev.loomlet.wait.Waiter;
import dev.loomlet.wait.WatchedLoops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One thread that runs many greenlets, one at a time, each up to its next wait.
 *
 * <p>A loop is its carrier thread and four replaceable parts ({@link LoopOptions}): an engine for
 * I/O, a clock with its timers, a policy that says who runs next, and the JDK's virtual threads as
 * the greenlets' bodies. It belongs to the platform thread that made it and turns only while that
 * thread runs it: in {@link Loomlet#run}, in a {@link LoopGroup}, or in any blocking operation of
 * Loomlet that the thread calls (the <em>hub</em> of a thread, as in gevent).
 *
 * <p>As an {@code Executor} it runs each task as a greenlet of its own.
 */
public final class Loop implements Executor {
  private final String name;
  private final UncaughtHandler uncaughtHandler;
  private final boolean debug;
  private final LoopCore core;
  private final LiveGreenlets live = new LiveGreenlets();
  private final ThreadRegistry registry;

  /** On the loop only. */
  private boolean closing;

  private boolean stopRequested;
  private @Nullable Greenlet<?> mainGreenlet;
  private Duration closeGrace = Duration.ZERO;
  private volatile boolean closed;

  private Loop(LoopOptions options) throws IOException {
    String given = options.name();
    this.name = given != null ? given : "loop-" + Thread.currentThread().getName();
    this.uncaughtHandler = options.uncaughtHandler();
    this.debug = options.debug();
    this.core = new LoopCore(this, options);
    this.registry = JdkInternals.register("loomlet " + name, live::threads);
  }

  /**
   * The loop of the caller: the one that runs the calling greenlet or virtual thread, or the hub of
   * the calling platform thread, which is made if it has none yet.
   *
   * @throws IllegalStateException on a virtual thread that runs on no loop; on a JVM that cannot
   *     run greenlets
   */
  public static Loop current() {
    Loop loop = currentOrNull();
    if (loop != null) {
      return loop;
    }
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException(
          "this virtual thread belongs to the JDK's scheduler, which cannot carry a loop; call from"
              + " a greenlet, from a platform thread, or through Loop.call");
    }
    return open(LoopOptions.defaults());
  }

  /** The loop of the caller, or null if it has none. */
  public static @Nullable Loop currentOrNull() {
    Thread self = Thread.currentThread();
    if (!self.isVirtual()) {
      return hubOrNull();
    }
    GreenletScheduler scheduler = JdkInternals.schedulerOf(self);
    return scheduler == null ? null : ((LoopCore) scheduler.dispatcher()).loop;
  }

  /** The hub of the calling platform thread, or null if it has none. */
  static @Nullable Loop hubOrNull() {
    WaitLoop hub = Hub.get();
    return hub == null ? null : ((LoopCore) hub).loop;
  }

  /** Makes the hub of the calling platform thread. */
  static Loop open(LoopOptions options) {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("a loop needs a platform thread of its own");
    }
    if (Hub.get() != null) {
      throw new IllegalStateException(
          "thread " + Thread.currentThread().getName() + " has a loop already");
    }
    Watch.startIfWanted();
    InheritedPatch.applyIfWanted();
    try {
      Loop loop = new Loop(options);
      Hub.set(loop.core);
      WatchedLoops.add(loop.core);
      if (loop.debug) {
        DebugMode.loopOpened();
      }
      return loop;
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  LoopCore core() {
    return core;
  }

  LiveGreenlets live() {
    return live;
  }

  ThreadRegistry registry() {
    return registry;
  }

  void uncaught(@Nullable Greenlet<?> greenlet, Throwable error) {
    uncaughtHandler.uncaught(greenlet, error);
  }

  /** Its name, for messages and thread dumps. */
  public String name() {
    return name;
  }

  /** Whether it is in {@linkplain LoopOptions#debug debug mode}. */
  boolean isDebug() {
    return debug;
  }

  /** How it does I/O. For greenlets of this loop. */
  public Engine engine() {
    return core.engine;
  }

  /** Where its time comes from. */
  public Clock clock() {
    return core.clock;
  }

  /** Whether the caller is a greenlet, or another virtual thread, of this loop. */
  public boolean isCurrent() {
    return core.inside();
  }

  /** Whether the caller is on the loop's thread, in a greenlet or outside of the loop. */
  public boolean isOnThread() {
    return core.onCarrier();
  }

  /** Whether its thread runs it at the moment. */
  public boolean isRunning() {
    return core.isRunning();
  }

  /** Whether it has ended for good. */
  public boolean isClosed() {
    return closed;
  }

  /** How many greenlets have started and not ended. Exact on the loop, else an estimate. */
  public int liveCount() {
    return live.size();
  }

  /**
   * Starts a greenlet on this loop. Any thread; does not wait.
   *
   * @param body its code
   * @throws RejectedExecutionException if the loop is closed
   */
  public <T extends @Nullable Object> Greenlet<T> spawn(Callable<? extends T> body) {
    return spawn(new Greenlet<>(this, null, false, body));
  }

  /** As {@link #spawn(Callable)}, for code without a result. */
  public Greenlet<@Nullable Void> spawn(Action body) {
    return spawn(new Greenlet<>(this, null, false, callable(body)));
  }

  /**
   * As {@link #spawn(Callable)}, with a name.
   *
   * @param name also the name of its thread
   */
  public <T extends @Nullable Object> Greenlet<T> spawn(String name, Callable<? extends T> body) {
    return spawn(new Greenlet<>(this, name, false, body));
  }

  /** As {@link #spawn(String, Callable)}, for code without a result. */
  public Greenlet<@Nullable Void> spawn(String name, Action body) {
    return spawn(new Greenlet<>(this, name, false, callable(body)));
  }

  /**
   * Starts a greenlet after a while. Any thread; does not wait. Cancelling it before then takes
   * effect at once.
   *
   * @param delay 0 or less for now
   * @throws RejectedExecutionException if the loop is closed
   */
  public <T extends @Nullable Object> Greenlet<T> spawnLater(
      Duration delay, Callable<? extends T> body) {
    return new Greenlet<T>(this, null, false, body).startLater(delay);
  }

  /** As {@link #spawnLater(Duration, Callable)}, for code without a result. */
  public Greenlet<@Nullable Void> spawnLater(Duration delay, Action body) {
    return spawnLater(delay, callable(body));
  }

  static Callable<@Nullable Void> callable(Action body) {
    return () -> {
      body.run();
      return null;
    };
  }

  private <T extends @Nullable Object> Greenlet<T> spawn(Greenlet<T> greenlet) {
    start(greenlet);
    return greenlet;
  }

  void start(Greenlet<?> greenlet) {
    if (closed) {
      throw new RejectedExecutionException(this + " is closed");
    }
    if (core.onCarrier()) {
      greenlet.startOnLoop();
      return;
    }
    core.submit(
        () -> {
          if (closed) {
            greenlet.abandon();
          } else {
            greenlet.startOnLoop();
          }
        });
    if (closed) {
      // The loop may have emptied its inbox for the last time before the task got there.
      greenlet.abandon();
    }
  }

  /** Runs a task as a greenlet of this loop. Any thread; does not wait. */
  @Override
  public void execute(Runnable task) {
    spawn(task::run);
  }

  /**
   * Runs a piece of code on this loop and waits for its result, as if it had been called here. In a
   * greenlet of this loop it is called directly; otherwise it becomes a greenlet of this loop. If
   * the caller is cancelled while it waits, so is that greenlet.
   *
   * @throws Exception what the code throws, unchanged
   * @throws IllegalStateException if the loop belongs to another thread that does not run it
   */
  public <T extends @Nullable Object> T call(Callable<? extends T> code) throws Exception {
    if (core.inside()) {
      return code.call();
    }
    if (!core.isRunning() && Thread.currentThread() != core.owner) {
      throw new IllegalStateException(
          this + " is not running: thread " + core.owner.getName() + " is doing something else");
    }
    return callInGreenlet(code);
  }

  /** Runs code as a greenlet of this loop and waits for its result, as if it were called here. */
  <T extends @Nullable Object> T callInGreenlet(Callable<? extends T> code) throws Exception {
    Task.checkpoint();
    Greenlet<T> greenlet = spawn(new Greenlet<>(this, null, true, code));
    boolean ended = false;
    try {
      ended = greenlet.awaitEndOrWhatIsDue();
    } finally {
      if (!ended) {
        greenlet.cancel(true);
      }
    }
    if (!ended) {
      // It may succeed all the same, and its result, a connection perhaps, must not be lost.
      greenlet.awaitEndUncancellably();
      if (!greenlet.isSuccessful()) {
        Task.checkpoint();
      }
    }
    return greenlet.unwrap();
  }

  /** Starts the main greenlet of {@link Loomlet#run}. */
  <T extends @Nullable Object> Greenlet<T> spawnMain(Callable<? extends T> main) {
    return spawn(new Greenlet<>(this, "main", true, main));
  }

  /** Runs the main greenlet of {@link Loomlet#run} to its end. On the owner thread. */
  <T extends @Nullable Object> T runToEnd(Greenlet<T> greenlet) throws Exception {
    mainGreenlet = greenlet;
    try {
      greenlet.awaitEnd(true, Waiter.FOREVER);
    } finally {
      mainGreenlet = null;
    }
    return greenlet.unwrap();
  }

  /** What {@link #runToEnd} runs; null outside of it. */
  @Nullable Greenlet<?> main() {
    return mainGreenlet;
  }

  /** Lets the calling greenlet wait. */
  void sleep(long nanos) {
    if (nanos <= 0) {
      core.yieldNow();
      return;
    }
    Task.checkpoint();
    if (new Waiter().awaitBeforeCheckpoint(this, nanos) == Waiter.Outcome.CANCELLED) {
      Task.checkpoint();
    }
  }

  /** Turns until {@link #requestStop} was called. On the owner thread, outside the loop. */
  void runUntilStopped() {
    core.runUntil(() -> stopRequested);
  }

  /**
   * Ends {@link #runUntilStopped}. Any thread.
   *
   * @param grace for {@link #close}
   */
  void requestStop(Duration grace) {
    core.submit(
        () -> {
          closeGrace = grace;
          stopRequested = true;
        });
  }

  /** What the request to stop allowed. */
  Duration grace() {
    return closeGrace;
  }

  /** Whether it is ending, so that a greenlet that starts now is cancelled at once. */
  boolean isClosing() {
    return closing;
  }

  /**
   * Ends the loop: cancels what still runs, turns until it has ended or the grace is over, and
   * frees the engine. On the owner thread, outside the loop.
   *
   * @return the names of greenlets that did not end in time
   */
  List<String> close(Duration grace) {
    cancelLeft(grace);
    return close();
  }

  /** The first half of closing: cancels what still runs, and turns until that has ended. */
  void cancelLeft(Duration grace) {
    closing = true;
    for (Greenlet<?> each = live.newest(); each != null; each = each.older) {
      each.cancel(true);
    }
    Deadline deadline = new Deadline();
    core.timers.schedule(deadline, TimeLimit.toNanos(grace));
    core.runUntil(() -> live.size() == 0 || deadline.passed);
  }

  /** Turns for virtual threads that are no greenlets. On the owner thread. */
  void turnToTheEndOfTheJvm() {
    core.runUntil(() -> false);
  }

  /** The second half of closing; returns the names of greenlets that did not end in time. */
  List<String> close() {
    closed = true;
    core.runLeftTasks();
    List<String> stubborn = new ArrayList<>();
    for (Greenlet<?> each = live.newest(); each != null; each = each.older) {
      stubborn.add(each.name());
      each.abandon();
    }
    registry.close();
    WatchedLoops.remove(core);
    if (debug) {
      DebugMode.loopClosed();
    }
    Hub.remove();
    core.engine.close();
    return stubborn;
  }

  private static final class Deadline extends Timer {
    boolean passed;

    @Override
    protected void fire() {
      passed = true;
    }
  }

  @Override
  public String toString() {
    return "Loop[" + name + "]";
  }
}
