package dev.loomlet.wait;

import dev.loomlet.jdk.GreenletScheduler;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.time.Timer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One wait of one thread, on each kind of thread: a greenlet parks and its loop goes on; a platform
 * thread with a loop of its own runs it meanwhile; any other thread parks.
 *
 * <p>Made by the one who waits, granted at most once, by anybody.
 */
public class Waiter {
  /** How a wait ended. */
  public enum Outcome {
    /** It was granted. */
    GRANTED,
    /** The time is over. */
    TIMED_OUT,
    /** A checkpoint has something to throw. */
    CANCELLED
  }

  /** For {@link #await}: no limit. */
  public static final long FOREVER = Long.MAX_VALUE;

  private static final VarHandle GRANTED;

  static {
    try {
      GRANTED = MethodHandles.lookup().findVarHandle(Waiter.class, "granted", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Thread thread;

  /** Set if the thread is a greenlet or another virtual thread of a loop, or runs its hub. */
  private final @Nullable WaitLoop loop;

  private final @Nullable Task task;

  /** What is handed over: by the waiter to its granter, or the other way; the primitive knows. */
  public @Nullable Object item;

  private volatile boolean granted;

  /** Neighbours in a {@link WaitLine}. */
  @Nullable Waiter next;

  @Nullable Waiter previous;
  boolean inLine;

  /** Creates a wait of the calling thread. */
  public Waiter() {
    thread = Thread.currentThread();
    task = Task.of(thread);
    loop = task == null ? loopOf(thread) : task.loop();
  }

  /** The loop that the calling thread runs on or, if it is a platform thread, has. */
  public static @Nullable WaitLoop loopOf(Thread self) {
    if (!self.isVirtual()) {
      return Hub.get();
    }
    GreenletScheduler scheduler = JdkInternals.schedulerOf(self);
    return scheduler == null ? null : (WaitLoop) scheduler.dispatcher();
  }

  /** Who waits. */
  public final Thread thread() {
    return thread;
  }

  /** Whether it was granted. */
  public final boolean isGranted() {
    return granted;
  }

  /**
   * Whether it can still be granted: not if it stands in several lines, and another one was faster.
   */
  public boolean isOpen() {
    return true;
  }

  /**
   * Settles that it will be granted here; {@link #grant} must follow. Under the guard of the line
   * it is in.
   *
   * @return false if it was claimed elsewhere
   */
  public boolean claim() {
    return true;
  }

  /** Lets the wait succeed; {@link #wake} must follow. Under the guard of the line it is in. */
  public void grant() {
    // Release is enough: on the waiter's own carrier all is in order, and from afar a fence
    // follows.
    GRANTED.setRelease(this, true);
  }

  /** Wakes the one who waits, after {@link #grant}. Any thread. */
  public final void wake() {
    WaitLoop on = loop;
    if (on == null) {
      unparkFromAfar();
    } else if (!on.onCarrier()) {
      wakeFromAfar(on);
    } else if (task != null) {
      task.wake();
    } else if (thread.isVirtual()) {
      LockSupport.unpark(thread);
    }
    // Otherwise it is the thread that runs this very code: its hub looks for itself.
  }

  private void wakeFromAfar(WaitLoop on) {
    if (thread.isVirtual()) {
      unparkFromAfar();
    } else {
      on.submit(() -> {});
    }
  }

  private void unparkFromAfar() {
    // A virtual thread that has its permit already is not unparked again, and nothing but a read of
    // the permit says so. That read must not overtake the grant: the waiter may be using the permit
    // up just now, and would then find itself neither granted nor woken.
    VarHandle.fullFence();
    LockSupport.unpark(thread);
  }

  /**
   * Waits until it is granted. On the thread that made it.
   *
   * @param blocker what it waits for, for thread dumps and the search for deadlocks
   * @param nanos how long at most, by the loop's clock; {@link #FOREVER} for no limit
   */
  public final Outcome await(Object blocker, long nanos) {
    Outcome outcome = awaitBeforeCheckpoint(blocker, nanos);
    if (outcome == Outcome.CANCELLED) {
      endedOtherwise();
    }
    return outcome;
  }

  /**
   * As {@link #await}, for callers who go on to {@link Task#checkpoint} at once if it says {@link
   * Outcome#CANCELLED}, or else call {@link #endedOtherwise}.
   */
  public final Outcome awaitBeforeCheckpoint(Object blocker, long nanos) {
    return await(blocker, nanos, true);
  }

  /** Says that no checkpoint follows, so that the next wait is told of what is due. */
  final void endedOtherwise() {
    if (task != null) {
      task.endWait();
    }
  }

  /** As {@link #await(Object, long)}, without a limit and deaf to cancellation and interrupts. */
  public final void awaitUncancellably(Object blocker) {
    boolean interrupted = false;
    while (await(blocker, FOREVER, false) != Outcome.GRANTED) {
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      thread.interrupt();
    }
  }

  /**
   * Waits until it is granted, for code of the JDK that is in the middle of an operation: deaf to
   * cancellation and, unlike {@link #awaitUncancellably}, without the interrupt flag when it ends,
   * which would make a channel of the JDK close itself. The caller is told when it has left its
   * loop's thread the next time. On the virtual thread of a loop that made it.
   *
   * @param onInterrupt run when an interrupt or a cancellation arrives, here
   */
  public final void awaitUnheard(Object blocker, Runnable onInterrupt) {
    Task self = task;
    boolean interrupted = false;
    boolean told = false;
    if (self != null) {
      self.beginWait(true);
    }
    try {
      while (!granted) {
        boolean now = Thread.interrupted();
        interrupted |= now;
        if (now || (!told && self != null && self.needsAttention())) {
          told = true;
          onInterrupt.run();
        } else if (self == null) {
          LockSupport.park(blocker);
        } else {
          self.park(blocker);
        }
      }
    } finally {
      if (self != null) {
        self.endWaitUnheard();
      }
      if (interrupted) {
        thread.interrupt();
      }
    }
  }

  private Outcome await(Object blocker, long nanos, boolean cancellable) {
    if (granted) {
      return Outcome.GRANTED;
    }
    if (nanos <= 0) {
      return Outcome.TIMED_OUT;
    }
    if (loop == null) {
      return parkByMachineTime(blocker, nanos);
    }
    if (nanos == FOREVER) {
      return awaitOnLoop(loop, blocker, null, cancellable);
    }
    Expiry expiry = new Expiry(this);
    loop.timers().schedule(expiry, nanos);
    try {
      return awaitOnLoop(loop, blocker, expiry, cancellable);
    } finally {
      loop.timers().cancel(expiry);
    }
  }

  private Outcome awaitOnLoop(
      WaitLoop on, Object blocker, @Nullable Expiry expiry, boolean cancellable) {
    if (thread.isVirtual()) {
      return parkOnLoop(blocker, expiry, cancellable);
    }
    on.runUntil(
        () -> granted || (expiry != null && expiry.passed) || thread.isInterrupted(),
        expiry == null ? blocker : null);
    if (granted) {
      return Outcome.GRANTED;
    }
    return expiry != null && expiry.passed ? Outcome.TIMED_OUT : Outcome.CANCELLED;
  }

  private Outcome parkOnLoop(Object blocker, @Nullable Expiry expiry, boolean cancellable) {
    Task self = task;
    if (self != null) {
      self.beginWait(expiry != null);
    }
    boolean cancelled = false;
    try {
      while (true) {
        if (granted) {
          return Outcome.GRANTED;
        }
        if (expiry != null && expiry.passed) {
          return Outcome.TIMED_OUT;
        }
        if (cancellable ? Task.isDue(thread, self) : thread.isInterrupted()) {
          cancelled = cancellable;
          return Outcome.CANCELLED;
        }
        if (self == null) {
          LockSupport.park(blocker);
        } else {
          self.park(blocker);
        }
      }
    } finally {
      if (self != null) {
        if (cancelled) {
          self.endWaitBeforeCheckpoint();
        } else {
          self.endWait();
        }
      }
    }
  }

  /** For threads that have no loop, and so no clock of their own. */
  private Outcome parkByMachineTime(Object blocker, long nanos) {
    long start = System.nanoTime();
    while (!granted) {
      if (thread.isInterrupted()) {
        return Outcome.CANCELLED;
      }
      if (nanos == FOREVER) {
        LockSupport.park(blocker);
      } else {
        long left = nanos - (System.nanoTime() - start);
        if (left <= 0) {
          return Outcome.TIMED_OUT;
        }
        LockSupport.parkNanos(blocker, left);
      }
    }
    return Outcome.GRANTED;
  }

  private static final class Expiry extends Timer {
    private final Waiter waiter;
    boolean passed;

    Expiry(Waiter waiter) {
      this.waiter = waiter;
    }

    @Override
    protected void fire() {
      passed = true;
      waiter.wake();
    }
  }
}
