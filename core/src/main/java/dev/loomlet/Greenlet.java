package dev.loomlet;

import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.sched.Attributes;
import dev.loomlet.sched.Step;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine: straight-line code on a loop, which other greenlets of the loop overtake whenever it
 * waits.
 *
 * <p>It is a virtual thread that only its loop mounts, so {@code Thread.currentThread()}, stack
 * traces, debuggers, thread locals and everything in {@code java.util.concurrent} work in it as
 * usual. It starts in a later turn of the loop, never inside {@code spawn}. The counterpart of
 * gevent's {@code Greenlet} and asyncio's {@code Task}.
 *
 * <p>How it can be made to end before its time, and what that means for code that waits, is told in
 * {@code docs/cancellation.md}.
 *
 * @param <T> type of the result
 */
public final class Greenlet<T extends @Nullable Object> extends Awaitable<T> {
  private final Loop loop;
  private final Thread thread;
  private final GreenletTask task;

  /** Whether its error is somebody's for certain, so that it need not be reported. */
  private final boolean answered;

  /** What to run; dropped when it has run, so that what it captured can be collected. */
  private @Nullable Callable<? extends T> body;

  private volatile boolean started;

  /** Who spawned it, while it lives. */
  private volatile @Nullable Greenlet<?> spawner;

  /** The group it belongs to, while it lives. */
  @Nullable TaskGroup group;

  /** Neighbours in the group's list of children. */
  @Nullable Greenlet<?> nextInGroup;

  @Nullable Greenlet<?> previousInGroup;

  /** Neighbours in the loop's list of live greenlets; touched by {@link LiveGreenlets} only. */
  @Nullable Greenlet<?> newer;

  @Nullable Greenlet<?> older;

  Greenlet(Loop loop, @Nullable String name, boolean answered, Callable<? extends T> body) {
    this.loop = loop;
    this.answered = answered;
    Objects.requireNonNull(body);
    this.body = loop.isDebug() ? new SpawnTrace<>(body) : body;
    Greenlet<?> parent = current();
    this.spawner = parent;
    this.task = new GreenletTask(this);
    this.thread = JdkInternals.newVirtualThread(loop.core().scheduler, name, task);
    this.thread.setUncaughtExceptionHandler(task);
    this.task.mountBy(JdkInternals.mountFor(thread, loop.core().scheduler));
    if (parent != null) {
      inherit(parent);
    }
  }

  private void inherit(Greenlet<?> parent) {
    Step own = task.step();
    Step parents = parent.task.step();
    if (own != null && parents != null && parents.attributes() != Attributes.defaults()) {
      own.attributes(parents.attributes().inherited());
    }
  }

  /**
   * Makes a greenlet of the caller's loop that does not run before {@link #start} or {@link
   * #startLater}. {@link Loomlet#spawn(Callable)} makes and starts one.
   *
   * @param body its code
   */
  public static <T extends @Nullable Object> Greenlet<T> of(Callable<? extends T> body) {
    return new Greenlet<>(Loop.current(), null, false, body);
  }

  /** As {@link #of(Callable)}, for code without a result. */
  public static Greenlet<@Nullable Void> of(Action body) {
    return of(Loop.callable(body));
  }

  /**
   * As {@link #of(Callable)}, with a name.
   *
   * @param name also the name of its thread
   */
  public static <T extends @Nullable Object> Greenlet<T> of(
      String name, Callable<? extends T> body) {
    return new Greenlet<>(Loop.current(), name, false, body);
  }

  /** As {@link #of(String, Callable)}, for code without a result. */
  public static Greenlet<@Nullable Void> of(String name, Action body) {
    return of(name, Loop.callable(body));
  }

  /**
   * The greenlet that runs the caller.
   *
   * @return null on platform threads and on virtual threads that are not greenlets
   */
  public static @Nullable Greenlet<?> current() {
    Thread self = Thread.currentThread();
    return self.isVirtual() && Task.of(self) instanceof GreenletTask task ? task.greenlet : null;
  }

  /**
   * Tells its loop's policy what it is: its priority, deadline and so on. It has effect from the
   * next time on that it becomes ready, under a policy that looks at it; what it spawns inherits
   * it. Has no effect if the JDK mounts greenlets ({@code -Dloomlet.mount=jdk}).
   *
   * @return this
   * @throws IllegalStateException if it was started, and the caller is not on its loop's thread
   */
  public Greenlet<T> attributes(Attributes attributes) {
    Objects.requireNonNull(attributes);
    if (started && !loop.isOnThread()) {
      throw new IllegalStateException(
          "the attributes of "
              + describe()
              + " belong to "
              + loop
              + " since it was started: set them before, or there by Loop.call");
    }
    Step step = task.step();
    if (step != null) {
      step.attributes(attributes);
    }
    return this;
  }

  /** What its loop's policy knows of it. On its loop; an estimate elsewhere. */
  public Attributes attributes() {
    Step step = task.step();
    return step == null ? Attributes.defaults() : step.attributes();
  }

  /**
   * Has it run in a later turn of its loop. Has no effect if it was started before, or killed. Any
   * thread; does not wait.
   *
   * @return this
   * @throws RejectedExecutionException if the loop is closed
   */
  public Greenlet<T> start() {
    if (!started) {
      loop.start(this);
    }
    return this;
  }

  /**
   * As {@link #start}, after a while.
   *
   * @param delay 0 or less for now
   */
  public Greenlet<T> startLater(Duration delay) {
    if (!started) {
      body = new Delayed<>(delay, Objects.requireNonNull(body));
      loop.start(this);
    }
    return this;
  }

  /** Waits, then runs: to be cancelled while it waits is then nothing special. */
  private record Delayed<T extends @Nullable Object>(Duration delay, Callable<? extends T> body)
      implements Callable<T> {
    @Override
    public T call() throws Exception {
      Loomlet.sleep(delay);
      return body.call();
    }
  }

  /** Starts it. On the loop's carrier thread. */
  void startOnLoop() {
    if (started || isDone()) {
      return;
    }
    started = true;
    loop.live().add(this);
    JdkInternals.start(thread, loop.registry());
    if (loop.isClosing()) {
      killOnLoop(new GreenletTask.Edge(null));
    }
  }

  void runBody(GreenletTask self) {
    End end = End.SUCCEEDED;
    Object outcome;
    try {
      Task.checkpoint();
      outcome = Objects.requireNonNull(body).call();
    } catch (Cancelled e) {
      end = End.CANCELLED;
      outcome = e;
    } catch (Throwable e) {
      outcome = self.outcomeOf(e);
      end = outcome instanceof Cancelled ? End.CANCELLED : End.FAILED;
    }
    loop.live().remove(this);
    finish(end, outcome);
  }

  /** Ends it without having run to its end, because its loop is closed. */
  void abandon() {
    finish(
        End.CANCELLED,
        new Cancelled("loop " + loop.name() + " is closed", Cancelled.Cause.LOOP_CLOSED));
  }

  /** Ends it where it stands; see {@link Task#abandon}. */
  void abandonLive(String why) {
    if (!isDone()) {
      loop.live().remove(this);
      finish(End.CANCELLED, new Cancelled(why, Cancelled.Cause.KILL));
    }
  }

  private void finish(End end, @Nullable Object outcome) {
    body = null;
    spawner = null;
    TaskGroup parent = group;
    if (parent != null) {
      parent.childEnded(this, end, outcome);
    }
    finish(end, outcome, answered || parent != null);
    // Whom it told may have done something on its thread.
    task.ended(end, outcome);
  }

  @Override
  void unheard(Throwable error) {
    loop.uncaught(this, error);
  }

  @Override
  void refuseOwnEnd() {
    if (thread == Thread.currentThread()) {
      throw new IllegalStateException("greenlet " + name() + " waits for its own end");
    }
  }

  GreenletTask task() {
    return task;
  }

  /** The loop it belongs to. */
  public Loop loop() {
    return loop;
  }

  /** The virtual thread it is, for debugging and for JDK classes that want a thread. */
  public Thread thread() {
    return thread;
  }

  /** Its name; made from the thread's number if it was given none. */
  @Override
  public String name() {
    String given = thread.getName();
    return given.isEmpty() ? "greenlet-" + thread.threadId() : given;
  }

  @Override
  String describe() {
    return "greenlet " + name();
  }

  /** The greenlet that spawned it; null if that was none or has ended. */
  public @Nullable Greenlet<?> spawner() {
    Greenlet<?> parent = spawner;
    return parent == null || parent.isDone() ? null : parent;
  }

  /** Whether it was started; it need not have run yet. */
  public boolean isStarted() {
    return started;
  }

  /**
   * Asks it to end: the operation in which it waits, or the next one in which it would, throws
   * {@link Cancelled}. One that was not started never runs. Does not wait for it to happen; {@link
   * #kill()} does.
   *
   * @param mayInterruptIfRunning without it, a greenlet is left alone
   * @return false if it had ended already or is left alone
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!mayInterruptIfRunning || isDone()) {
      return false;
    }
    requestKill(new GreenletTask.Edge(null));
    return true;
  }

  /**
   * Asks it to end and waits until it has. A greenlet that kills itself ends at once.
   *
   * @throws Cancelled if the caller is cancelled while it waits, or kills itself
   */
  public void kill() {
    kill(new GreenletTask.Edge(null), Waiter.FOREVER);
  }

  /**
   * As {@link #kill()}, waiting for a limited time.
   *
   * @param timeout 0 or less not to wait at all
   * @return whether it has ended
   */
  public boolean kill(Duration timeout) {
    return kill(new GreenletTask.Edge(null), TimeLimit.toNanos(timeout));
  }

  /**
   * Has an error of choice thrown by the operation in which it waits, or the next one in which it
   * would, and waits until it has ended. The error is thrown once and as it is, also a checked one;
   * code of the JDK that waits throws {@code InterruptedException} instead. One that was not
   * started never runs and ends with the error.
   *
   * @throws Cancelled if the caller is cancelled while it waits
   */
  public void kill(Throwable error) {
    kill(new GreenletTask.Edge(Objects.requireNonNull(error)), Waiter.FOREVER);
  }

  /**
   * As {@link #kill(Throwable)}, waiting for a limited time.
   *
   * @param timeout 0 or less not to wait at all
   * @return whether it has ended
   */
  public boolean kill(Throwable error, Duration timeout) {
    return kill(new GreenletTask.Edge(Objects.requireNonNull(error)), TimeLimit.toNanos(timeout));
  }

  private boolean kill(GreenletTask.Edge edge, long nanos) {
    if (!isDone()) {
      requestKill(edge);
      if (Thread.currentThread() == thread) {
        Task.checkpoint();
      }
    }
    return nanos <= 0 ? isDone() : awaitEnd(false, nanos);
  }

  private void requestKill(GreenletTask.Edge edge) {
    LoopCore core = loop.core();
    if (core.onCarrier()) {
      killOnLoop(edge);
    } else {
      core.submit(() -> killOnLoop(edge));
    }
  }

  private void killOnLoop(GreenletTask.Edge edge) {
    if (isDone()) {
      return;
    }
    if (started) {
      task.throwOnce(edge);
      return;
    }
    Throwable error = edge.error();
    if (error == null) {
      finish(
          End.CANCELLED,
          new Cancelled(describe() + " was killed before it started", Cancelled.Cause.KILL));
    } else {
      finish(End.FAILED, error);
    }
  }
}
