package dev.loomlet.wait;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.jdk.GreenletScheduler;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.jdk.Mount;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a greenlet is to the mechanism of waiting: whether it waits, and whether something wants its
 * wait to end.
 *
 * <p>It is the uncaught exception handler of its thread, which makes it the one object of ours that
 * can be found from a thread with a single read; a thread local would take more memory than the
 * greenlet.
 *
 * <p>Three sources end waits, and they meet here. An <em>edge</em> (kill, a {@code Timeout}) is an
 * error that is thrown once. A <em>level</em> (a cancelled scope) is thrown at every checkpoint
 * until the scope is left. An <em>interrupt</em> is the JDK's flag. The first two turn on {@link
 * #attention}; as long as the greenlet is outside of Loomlet's own waits, they also set the flag,
 * so that JDK code that waits throws {@code InterruptedException}.
 */
public abstract class Task implements Runnable, Thread.UncaughtExceptionHandler {
  /** Whether {@link #raise} has something to throw. */
  private boolean attention;

  /** Whether it waits in Loomlet's own code, from where an unpark brings it to a checkpoint. */
  private boolean waiting;

  /** Whether its wait ends by itself after a time. */
  private boolean timed;

  /** Whether the thread's interrupt flag was set by {@link #alert} and may still be. */
  private boolean flagged;

  /** Mounts the thread; null if that is left to the JDK. */
  private @Nullable Mount mount;

  /** Whether something became due during the wait, which it may end without throwing it. */
  private boolean alerted;

  /** Counts its waits, so that an observer can tell one from the next. */
  private int waits;

  /** What others remember of it; null until somebody does. */
  private @Nullable Life life;

  /** Creates the task of a greenlet that has not started. */
  protected Task() {}

  /** Says who mounts the thread, before it is started. */
  protected final void setMount(@Nullable Mount mount) {
    this.mount = mount;
  }

  /** Who mounts the thread; null if that is left to the JDK. */
  protected final @Nullable Mount mount() {
    return mount;
  }

  /** Parks the calling thread, which must be this one; may return without reason. */
  public final void park(Object blocker) {
    Mount own = mount;
    if (own == null) {
      LockSupport.park(blocker);
    } else {
      own.park(blocker);
    }
  }

  /** Lets others of the loop run once. The calling thread must be this one. */
  public final void yieldNow() {
    Mount own = mount;
    if (own == null) {
      Thread.yield();
    } else {
      own.yieldNow();
    }
  }

  /**
   * Makes it ready if it has parked here; if it is about to, it must see for itself that it need
   * not. On the loop's carrier thread.
   */
  public final void wake() {
    Mount own = mount;
    if (own == null) {
      LockSupport.unpark(thread());
    } else {
      own.wake();
    }
  }

  /** The thread that this is. */
  protected abstract Thread thread();

  /** The greenlet that this is. */
  public abstract Greenlet<?> greenlet();

  /**
   * Whether something ends its waits after a time: a deadline around it, a {@code Timeout}. Any
   * thread, as an estimate.
   */
  public abstract boolean endsByItself();

  /** In whose task group it is, or null. Any thread, as an estimate. */
  public abstract @Nullable Greenlet<?> groupHost();

  /**
   * Ends it without running any of its code, where it stands. Its thread must not be mounted again;
   * called in this greenlet itself, it must park for good then. On the loop's carrier thread.
   *
   * @param why for whoever waits for it, who gets a {@link Cancelled}
   */
  public abstract void abandon(String why);

  /** What others may keep of it. On its own thread. */
  final Life life() {
    Life own = life;
    if (own == null) {
      own = new Life(thread(), true);
      life = own;
    }
    return own;
  }

  /**
   * Tells those who remember it that it has ended.
   *
   * @param cancelled whether by cancellation
   * @param error otherwise, by which error; null if it did what it was to do
   */
  protected final void endLife(boolean cancelled, @Nullable Throwable error) {
    Life own = life;
    if (own == null) {
      return;
    }
    if (cancelled) {
      own.cancelled();
    } else if (error == null) {
      own.succeeded();
    } else {
      own.failed(error);
    }
  }

  /** The loop that it runs on. */
  protected abstract WaitLoop loop();

  /**
   * Throws what is due: an edge, which is then over, or a level. Called at a checkpoint when there
   * is something.
   */
  protected abstract void raise();

  /** The task of a greenlet's thread; null for every other thread. */
  public static @Nullable Task of(Thread thread) {
    Object handler = JdkInternals.uncaughtHandlerOf(thread);
    if (handler instanceof Task task) {
      return task;
    }
    return handler == null ? null : findSlowly(thread);
  }

  private static @Nullable Task findSlowly(Thread thread) {
    GreenletScheduler scheduler = JdkInternals.schedulerOf(thread);
    return scheduler == null ? null : ((WaitLoop) scheduler.dispatcher()).findTask(thread);
  }

  /**
   * The place where cancellation takes effect; every operation that may wait begins with one.
   *
   * @throws Cancelled if the caller was cancelled or interrupted
   */
  public static void checkpoint() {
    Thread self = Thread.currentThread();
    Task task = of(self);
    if (self.isInterrupted() || (task != null && task.attention)) {
      raise(self, task);
    }
  }

  /**
   * Whether a checkpoint would throw. On the thread itself, which loses a flag that {@link #alert}
   * set for something that is not due any more.
   */
  static boolean isDue(Thread self, @Nullable Task task) {
    if (task != null) {
      if (task.attention) {
        return true;
      }
      if (task.flagged) {
        task.flagged = false;
        Thread.interrupted();
      }
    }
    return self.isInterrupted();
  }

  private static void raise(Thread self, @Nullable Task task) {
    if (task != null) {
      if (task.flagged) {
        boolean consumed = !Thread.interrupted();
        task.flagged = false;
        if (consumed) {
          task.edgeTakenByJdk();
        }
      }
      task.alerted = false;
      if (task.attention) {
        task.raise();
      }
    }
    if (Thread.interrupted()) {
      throw new Cancelled(describe(self) + " was interrupted", Cancelled.Cause.INTERRUPT);
    }
  }

  private static String describe(Thread thread) {
    return (thread.isVirtual() ? "greenlet " : "thread ") + nameOf(thread);
  }

  /** What a thread is called in messages: by its number if it has no name. */
  public static String nameOf(Thread thread) {
    String name = thread.getName();
    return name.isEmpty() ? "#" + thread.threadId() : name;
  }

  /**
   * What an error that ends the greenlet stands for. An {@code InterruptedException} may be how JDK
   * code showed a kill or a {@code Timeout}; and when the loop or the JVM ends, so may whatever a
   * program has made of one. On the thread itself.
   *
   * @return a {@link Cancelled} if nobody need hear of it; else the error that it ends with
   */
  public abstract Throwable outcomeOf(Throwable error);

  /** JDK code has thrown {@code InterruptedException} for the edge, so that it is over. */
  protected abstract void edgeTakenByJdk();

  /** Whether something is due. */
  public final boolean needsAttention() {
    return attention;
  }

  /**
   * Says whether something is due. On the loop's carrier thread.
   *
   * @param wanted false also takes back an interrupt flag that was set for it
   */
  protected final void setAttention(boolean wanted) {
    attention = wanted;
    if (!wanted && flagged && Thread.currentThread() == thread()) {
      flagged = false;
      Thread.interrupted();
    }
  }

  /** Brings it to a checkpoint, wherever it waits. On the loop's carrier thread. */
  protected final void alert() {
    if (waiting) {
      alerted = true;
      wake();
    } else {
      flagged = true;
      thread().interrupt();
    }
  }

  /**
   * Whether JDK code has seen the interrupt that {@link #alert} sent. On the loop's carrier thread.
   */
  protected final boolean interruptWasTaken() {
    // In a wait of Loomlet's own the flag may be hidden for a time.
    return flagged && !waiting && !thread().isInterrupted();
  }

  /** Marks the beginning of a wait of Loomlet's own. */
  public final void beginWait(boolean endsByItself) {
    timed = endsByItself;
    waits++;
    waiting = true;
  }

  /** Marks the end of a wait. */
  public final void endWait() {
    waiting = false;
    if (alerted) {
      alerted = false;
      if (attention) {
        // The wait may have succeeded all the same; then the next one may be one of the JDK's.
        alert();
      }
    }
  }

  /**
   * Marks the end of a wait that something due has ended, where a checkpoint follows at once; or
   * else {@link #endWait}, so that it is not forgotten. Spares the interrupt flag, which the
   * checkpoint would only take back.
   */
  final void endWaitBeforeCheckpoint() {
    waiting = false;
  }

  /**
   * Marks the end of a wait that stands in for one of the JDK's, and throws what is due. Not by way
   * of the interrupt flag, which would make a channel of the JDK close itself.
   *
   * @throws Cancelled if the caller was cancelled
   */
  public final void endWaitAtCheckpoint() {
    waiting = false;
    alerted = false;
    if (attention) {
      checkpoint();
    }
  }

  /** Marks the end of a wait of which the caller does not hear what became due meanwhile. */
  final void endWaitUnheard() {
    waiting = false;
    if (alerted) {
      alerted = false;
      if (attention) {
        loop().submit(this::alertIfDue);
      }
    }
  }

  private void alertIfDue() {
    if (attention) {
      alert();
    }
  }

  /** Whether it waits in Loomlet's own code. Any thread, as an estimate. */
  public final boolean isWaiting() {
    return waiting;
  }

  /** Whether its wait ends by itself. Any thread, as an estimate. */
  public final boolean isTimed() {
    return timed;
  }

  /** Changes with each wait. Any thread, as an estimate. */
  public final int waitCount() {
    return waits;
  }
}
