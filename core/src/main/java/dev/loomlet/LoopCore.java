package dev.loomlet;

import dev.loomlet.engine.Engine;
import dev.loomlet.engine.EngineContext;
import dev.loomlet.engine.JdkDescriptors;
import dev.loomlet.jdk.Dispatcher;
import dev.loomlet.jdk.GreenletScheduler;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.jdk.ThreadParking;
import dev.loomlet.sched.Inbox;
import dev.loomlet.sched.Policy;
import dev.loomlet.sched.Step;
import dev.loomlet.sched.StepPolicy;
import dev.loomlet.sched.TimedPolicy;
import dev.loomlet.time.Clock;
import dev.loomlet.time.TimerWheel;
import dev.loomlet.wait.Providers;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WaitLoop;
import dev.loomlet.wait.WatchedLoop;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The turning part of a loop: takes what is ready, runs it, fires timers, polls the engine.
 *
 * <p>One turn is: drain the inbox; run ready continuations until none is left or the budget is
 * used; fire the timers that are due; poll the engine, blocking only if nothing is ready and no
 * sender got in between (see {@link Inbox}). So neither I/O, nor timers, nor other threads can be
 * starved by greenlets that are always ready.
 */
final class LoopCore implements Dispatcher, EngineContext, WaitLoop, WatchedLoop {
  /** Continuations run between two polls at most. */
  private static final int BUDGET = 256;

  /** The clock is read after this many continuations; a power of two. */
  private static final int CHECK_INTERVAL = 16;

  /** Time between two polls at which a turn ends early. */
  private static final long SLICE_NANOS = 500_000;

  private static final VarHandle STEP;

  static {
    try {
      STEP = MethodHandles.lookup().findVarHandle(LoopCore.class, "step", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Loop loop;
  final Thread owner;
  final Clock clock;
  final TimerWheel timers;
  final Engine engine;
  final GreenletScheduler scheduler;
  private final WakeOnInterrupt interruptible;
  private final Policy policy;

  /** The policy, if it wants to know how long steps run. */
  private final @Nullable TimedPolicy timed;

  /** Whether the clock is read after each step. */
  private final boolean timesSteps;

  /** The steps of threads that have none of ours; null if the policy does not ask for steps. */
  private final @Nullable AdoptedSteps adopted;

  /** When the step that runs began, if that matters to somebody. */
  private long stepStart;

  private final Inbox inbox = new Inbox();

  /** Whether the owner is in {@link #runUntil}. */
  private volatile boolean running;

  /** The number of the step that runs; its complement between turns. Read by a watch. */
  @SuppressWarnings("UnusedVariable") // by STEP
  private long step = ~0L;

  /** Whether it sleeps without a timer. */
  private volatile boolean asleep;

  /** What {@link #runUntil(BooleanSupplier, Object)} was asked how often. */
  private int hubWaits;

  private boolean hubWaiting;

  /** How many greenlets wait for monitors. */
  private int monitorWaits;

  /** Thrown by the hub's wait as soon as it is seen. */
  private @Nullable RuntimeException exit;

  LoopCore(Loop loop, LoopOptions options) throws IOException {
    JdkInternals.requireFit();
    this.loop = loop;
    this.owner = Thread.currentThread();
    this.clock = options.clock();
    this.policy = options.policy().get();
    Policy decides = policy.inner();
    this.timed = decides instanceof TimedPolicy wants ? wants : null;
    this.timesSteps = timed != null || clock.isVirtual();
    this.adopted = decides instanceof StepPolicy ? new AdoptedSteps() : null;
    this.timers = new TimerWheel(clock);
    this.scheduler = new GreenletScheduler(this);
    this.engine = options.engine().open(this);
    this.interruptible = new WakeOnInterrupt(engine);
  }

  /** Whether the caller runs on the loop's thread, in a greenlet or between two. */
  @Override
  public boolean onCarrier() {
    return JdkInternals.currentCarrier() == owner;
  }

  /** Whether the caller is a greenlet (or another virtual thread) of this loop. */
  boolean inside() {
    return JdkInternals.currentCarrier() == owner && Thread.currentThread() != owner;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public void dispatch(Runnable continuation) {
    AdoptedSteps foreign = adopted;
    if (foreign != null && !(continuation instanceof Step)) {
      dispatch(continuation, foreign);
    } else if (onCarrier()) {
      policy.add(continuation);
    } else {
      submit(continuation);
    }
  }

  private void dispatch(Runnable continuation, AdoptedSteps foreign) {
    if (onCarrier()) {
      policy.add(foreign.of(continuation));
    } else {
      submit(() -> policy.add(foreign.of(continuation)));
    }
  }

  @Override
  public void monitorWaits(int change) {
    monitorWaits += change;
  }

  @Override
  public int readyCount() {
    return policy.size();
  }

  @Override
  public int monitorWaits() {
    return monitorWaits;
  }

  @Override
  public void submit(Runnable task) {
    if (inbox.put(task)) {
      engine.wakeUp();
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delayNanos) {
    ScheduledTask scheduled = new ScheduledTask(this, task, clock.nanoTime() + delayNanos);
    if (onCarrier()) {
      scheduled.start();
    } else {
      submit(scheduled::start);
    }
    return scheduled;
  }

  @Override
  public void runUntil(BooleanSupplier reached, @Nullable Object blocker) {
    // What a task tries in vain must not be taken for the wait in which that runs.
    refuseSecondRun();
    LockSupport.setCurrentBlocker(blocker);
    hubWaits++;
    hubWaiting = true;
    try {
      runUntil(reached);
    } finally {
      hubWaiting = false;
      LockSupport.setCurrentBlocker(null);
    }
  }

  /** As the other one, for waits that are the loop's own business. */
  void runUntil(BooleanSupplier reached) {
    refuseSecondRun();
    running = true;
    try {
      while (!reached.getAsBoolean()) {
        runReady();
        timers.advance();
        if (exit != null) {
          throwExit();
        }
        if (!reached.getAsBoolean()) {
          poll();
        }
      }
    } finally {
      running = false;
    }
  }

  private void refuseSecondRun() {
    if (running) {
      throw new IllegalStateException(
          loop + " is running already; a timer or a loop's task must not wait");
    }
  }

  private void throwExit() {
    RuntimeException error = exit;
    exit = null;
    if (error != null && hubWaiting) {
      error.setStackTrace(Thread.currentThread().getStackTrace());
      throw error;
    }
  }

  private void runReady() {
    if (inbox.hasWork()) {
      inbox.drainTo(policy);
    }
    STEP.setOpaque(this, ~(timesSteps ? runTimedSteps(~step) : runSteps(~step)));
  }

  /** Runs steps that are numbered from the given number on; returns the last one. */
  private long runSteps(long before) {
    long current = before;
    long sliceEnd = 0;
    for (int i = 1; i <= BUDGET; i++) {
      Runnable continuation = policy.next();
      if (continuation == null) {
        return current;
      }
      STEP.setOpaque(this, ++current);
      try {
        continuation.run();
      } catch (Throwable e) {
        // Not a greenlet's error, those end in the greenlet: a task of ours or the JDK's own.
        loop.uncaught(null, e);
      }
      if ((i & (CHECK_INTERVAL - 1)) == 0) {
        long now = clock.nanoTime();
        if (sliceEnd == 0) {
          sliceEnd = now + SLICE_NANOS | 1;
        } else if (now - sliceEnd >= 0) {
          return current;
        }
      }
    }
    return current;
  }

  /** As {@link #runSteps}, with a look at the clock after each step. */
  private long runTimedSteps(long before) {
    long current = before;
    long longest = clock.isVirtual() ? 1 : SLICE_NANOS;
    long start = clock.nanoTime();
    long now = start;
    for (int i = 1; i <= BUDGET && now - start < longest; i++) {
      Runnable continuation = policy.next();
      if (continuation == null) {
        return current;
      }
      STEP.setOpaque(this, ++current);
      stepStart = now;
      try {
        continuation.run();
      } catch (Throwable e) {
        loop.uncaught(null, e);
      }
      now = clock.nanoTime();
      if (timed != null) {
        timed.ran(now - stepStart);
      }
    }
    return current;
  }

  /** Whether the greenlet that yields is to go on, for its quantum is not used up. */
  private boolean keepsRunning(TimedPolicy quanta) {
    long ran = clock.nanoTime() - stepStart;
    return quanta.keepsRunning(ran) && ran < (clock.isVirtual() ? 1 : SLICE_NANOS);
  }

  /** Runs what other threads sent before they could see that the loop has closed. */
  void runLeftTasks() {
    inbox.drainTo(policy);
    for (Runnable task = policy.next(); task != null; task = policy.next()) {
      task.run();
    }
  }

  private void poll() {
    if (policy.size() > 0 || inbox.hasWork()) {
      engine.poll(0);
      return;
    }
    long wait = timers.nanosToNext();
    if (wait == 0 || !inbox.fallAsleep()) {
      engine.poll(0);
      return;
    }
    asleep = wait == TimerWheel.NOTHING;
    try {
      sleep(wait);
    } finally {
      asleep = false;
      inbox.awake();
    }
  }

  private void sleep(long nanos) {
    if (hubWaiting) {
      // Whoever waits looks at the interrupt himself.
      interruptible.poll(nanos);
      return;
    }
    // A selector does not wait on an interrupted thread, which would turn an idle loop into a busy
    // one.
    boolean interrupted = Thread.interrupted();
    engine.poll(nanos);
    if (interrupted) {
      owner.interrupt();
    }
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public TimerWheel timers() {
    return timers;
  }

  @Override
  public void park() {
    Task task = Task.of(Thread.currentThread());
    if (task == null) {
      LockSupport.park();
    } else {
      // Input and output end by themselves, as far as one can know.
      task.beginWait(true);
      task.park(this);
      task.endWait();
    }
    Task.checkpoint();
  }

  @Override
  public boolean parkBriefly() {
    Thread self = Thread.currentThread();
    Task task = Task.of(self);
    if (task == null) {
      return ThreadParking.park(self, this);
    }
    task.beginWait(true);
    boolean parked = ThreadParking.park(self, this);
    task.endWait();
    return parked;
  }

  @Override
  public void unpark(Thread thread) {
    Task task = Task.of(thread);
    if (task == null || !onCarrier()) {
      LockSupport.unpark(thread);
    } else {
      task.wake();
    }
  }

  @Override
  public void yieldNow() {
    // One checkpoint is enough: whatever was due before is so still.
    if (timed != null && keepsRunning(timed)) {
      Task.checkpoint();
      return;
    }
    Task task = Task.of(Thread.currentThread());
    if (task == null) {
      Thread.yield();
    } else {
      task.yieldNow();
    }
    Task.checkpoint();
  }

  @Override
  public void checkCancelled() {
    if (!inside()) {
      throw new IllegalStateException(
          "an engine's sockets are for greenlets of their own "
              + loop
              + ": use Loop.call to get there, or the sockets of dev.loomlet.net, which do that");
    }
    Task.checkpoint();
  }

  @Override
  public @Nullable Task findTask(Thread thread) {
    Greenlet<?> greenlet = loop.live().find(thread);
    return greenlet == null ? null : greenlet.task();
  }

  @Override
  public @Nullable JdkDescriptors jdkDescriptors() {
    return engine.jdkDescriptors();
  }

  @Override
  public String name() {
    return loop.name();
  }

  @Override
  public Thread owner() {
    return owner;
  }

  @Override
  public long step() {
    return (long) STEP.getOpaque(this);
  }

  @Override
  public boolean isAsleep() {
    return asleep;
  }

  @Override
  public int hubWaits() {
    return hubWaits;
  }

  @Override
  public List<Task> tasks() {
    return loop.live().tasks();
  }

  @Override
  public int taskCount() {
    return loop.live().size();
  }

  @Override
  public @Nullable Providers providersOf(Object blocker) {
    return switch (blocker) {
      case Greenlet<?> greenlet -> greenlet.isDone() ? null : all(List.of(greenlet.thread()));
      case TaskGroup group -> all(group.childThreads());
      case Completions<?> completions -> {
        List<Thread> threads = new ArrayList<>();
        for (Awaitable<?> each : completions.pending()) {
          if (!(each instanceof Greenlet<?> greenlet)) {
            yield null;
          }
          threads.add(greenlet.thread());
        }
        yield threads.isEmpty() ? null : new Providers(false, threads);
      }
      default -> null;
    };
  }

  private static @Nullable Providers all(List<Thread> threads) {
    return threads.isEmpty() ? null : new Providers(true, threads);
  }

  @Override
  public boolean canGiveUp() {
    return hubWaiting;
  }

  @Override
  public void giveUp(RuntimeException error) {
    submit(() -> giveUpOnLoop(error));
  }

  private void giveUpOnLoop(RuntimeException error) {
    if (policy.size() > 0 || timers.size() > 0) {
      return;
    }
    Greenlet<?> main = loop.main();
    if (main != null && !main.isDone() && !main.task().needsAttention()) {
      error.setStackTrace(main.thread().getStackTrace());
      main.task().throwOnce(new GreenletTask.Edge(error));
    } else if (hubWaiting) {
      exit = error;
    }
  }
}
