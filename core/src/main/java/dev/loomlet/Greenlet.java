package dev.loomlet;

import dev.loomlet.jdk.JdkInternals;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
 * <p>All methods may be called on any thread. Those that wait let the loop go on when they are
 * called in a greenlet; on a platform thread that has a loop of its own they run that loop
 * meanwhile.
 *
 * @param <T> type of the result
 */
public final class Greenlet<T extends @Nullable Object> implements Future<T> {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Greenlet.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** How a greenlet ended. */
  private enum End {
    SUCCEEDED,
    FAILED,
    CANCELLED
  }

  private final Loop loop;
  private final Thread thread;

  /** Whether its error is somebody's for certain, so that it need not be reported. */
  private final boolean answered;

  private volatile boolean cancelRequested;

  /** What to run; dropped when it has run, so that what it captured can be collected. */
  private @Nullable Callable<? extends T> body;

  /** Value or error; written before the {@link End}, read after it. */
  private @Nullable Object result;

  /** Null at first, then a chain of {@link Waiter}s, then an {@link End} for good. */
  private volatile @Nullable Object state;

  /** Neighbours in the loop's list of live greenlets; touched by {@link LiveGreenlets} only. */
  @Nullable Greenlet<?> newer;

  @Nullable Greenlet<?> older;

  Greenlet(Loop loop, @Nullable String name, boolean answered, Callable<? extends T> body) {
    this.loop = loop;
    this.answered = answered;
    this.body = body;
    Body run = new Body(this);
    this.thread = JdkInternals.newVirtualThread(loop.core().scheduler, name, run);
    // Lets current() find this object without a thread local, whose map would take more memory than
    // the greenlet.
    this.thread.setUncaughtExceptionHandler(run);
  }

  /** What the virtual thread runs, and how it is recognised as a greenlet's. */
  private record Body(Greenlet<?> greenlet) implements Runnable, Thread.UncaughtExceptionHandler {
    @Override
    public void run() {
      greenlet.runBody();
    }

    @Override
    public void uncaughtException(Thread unused, Throwable error) {
      greenlet.loop.uncaught(greenlet, error);
    }
  }

  /**
   * The greenlet that runs the caller.
   *
   * @return null on platform threads and on virtual threads that are not greenlets
   */
  public static @Nullable Greenlet<?> current() {
    Thread self = Thread.currentThread();
    if (!self.isVirtual()) {
      return null;
    }
    if (self.getUncaughtExceptionHandler() instanceof Body body) {
      return body.greenlet();
    }
    // Somebody has replaced the handler.
    Loop loop = Loop.currentOrNull();
    return loop == null ? null : loop.live().find(self);
  }

  static String describeCurrent() {
    Greenlet<?> current = current();
    if (current != null) {
      return current.name();
    }
    Thread self = Thread.currentThread();
    return self.getName().isEmpty() ? "#" + self.threadId() : self.getName();
  }

  /** Starts it. On the loop's carrier thread. */
  void start() {
    loop.live().add(this);
    JdkInternals.start(thread, loop.registry());
    if (loop.isClosing()) {
      cancel(true);
    }
  }

  private void runBody() {
    End end = End.SUCCEEDED;
    Object outcome;
    try {
      loop.core().checkCancelled();
      outcome = Objects.requireNonNull(body).call();
    } catch (Cancelled e) {
      end = End.CANCELLED;
      outcome = e;
    } catch (InterruptedException e) {
      end = cancelRequested ? End.CANCELLED : End.FAILED;
      outcome = e;
    } catch (Throwable e) {
      end = End.FAILED;
      outcome = e;
    }
    loop.live().remove(this);
    finish(end, outcome);
  }

  /** Ends it without having run to its end, because its loop is closed. */
  void abandon() {
    finish(End.CANCELLED, new Cancelled("loop " + loop.name() + " is closed"));
  }

  private void finish(End end, @Nullable Object outcome) {
    body = null;
    result = outcome;
    Object seen = STATE.getAndSet(this, end);
    if (seen instanceof End) {
      return;
    }
    boolean delivered = answered;
    for (Waiter waiter = Waiter.reversed(seen); waiter != null; waiter = waiter.next) {
      delivered |= waiter.wantsResult;
      waiter.wake();
    }
    if (end == End.FAILED && !delivered) {
      loop.uncaught(this, (Throwable) Objects.requireNonNull(outcome));
    }
  }

  /**
   * Adds somebody who waits for the end.
   *
   * @return false if it has ended already
   */
  boolean addWaiter(Waiter waiter) {
    while (true) {
      Object seen = state;
      if (seen instanceof End) {
        return false;
      }
      waiter.next = (Waiter) seen;
      if (STATE.compareAndSet(this, seen, waiter)) {
        return true;
      }
    }
  }

  /** Takes out somebody who gave up waiting. */
  void removeWaiter(Waiter waiter) {
    while (true) {
      Object seen = state;
      if (!(seen instanceof Waiter first)
          || STATE.compareAndSet(this, seen, Waiter.without(first, waiter))) {
        return;
      }
    }
  }

  /** How many wait for the end; for tests. */
  int waiterCount() {
    int count = 0;
    if (state instanceof Waiter first) {
      for (Waiter link = first; link != null; link = link.next) {
        count++;
      }
    }
    return count;
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
  public String name() {
    String given = thread.getName();
    return given.isEmpty() ? "greenlet-" + thread.threadId() : given;
  }

  @Override
  public boolean isDone() {
    return state instanceof End;
  }

  /** Whether it ended because it was cancelled. */
  @Override
  public boolean isCancelled() {
    return state == End.CANCELLED;
  }

  /** Whether it ended with a value, gevent's {@code successful}. */
  public boolean isSuccessful() {
    return state == End.SUCCEEDED;
  }

  /** The value it ended with, or null if it has not ended, failed or was cancelled. */
  @SuppressWarnings("unchecked")
  public @Nullable T value() {
    return state == End.SUCCEEDED ? (T) result : null;
  }

  /** The error it ended with, or null if it has not ended or ended well. */
  public @Nullable Throwable exception() {
    Object seen = state;
    return seen == End.FAILED || seen == End.CANCELLED ? (Throwable) result : null;
  }

  /**
   * Waits until it has ended, well or not.
   *
   * @throws Cancelled if the waiting greenlet or thread is interrupted
   * @throws IllegalStateException if a greenlet waits for itself
   */
  public void join() {
    Waiting.await(this, false, 0);
  }

  /**
   * Waits until it has ended, well or not, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether it has ended
   * @throws Cancelled if the waiting greenlet or thread is interrupted
   */
  public boolean join(Duration timeout) {
    long nanos = Durations.toNanos(timeout);
    return nanos <= 0 ? isDone() : Waiting.await(this, false, nanos);
  }

  /**
   * Waits for its value.
   *
   * @throws ExecutionException with its error as the cause, if it failed
   * @throws CancellationException if it was cancelled
   * @throws InterruptedException if the waiting greenlet or thread is interrupted or cancelled
   */
  @Override
  public T get() throws InterruptedException, ExecutionException {
    awaitInterruptibly(0);
    return report();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    long nanos = unit.toNanos(timeout);
    if (!isDone() && (nanos <= 0 || !awaitInterruptibly(nanos))) {
      throw new TimeoutException(
          "greenlet " + name() + " has not ended within " + timeout + " " + unit.name());
    }
    return report();
  }

  private boolean awaitInterruptibly(long nanos) throws InterruptedException {
    try {
      return Waiting.await(this, true, nanos);
    } catch (Cancelled e) {
      InterruptedException interrupted = new InterruptedException(e.getMessage());
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // T says itself whether it may be null
  private T report() throws ExecutionException {
    if (state == End.SUCCEEDED) {
      return (T) result;
    }
    Throwable error = (Throwable) Objects.requireNonNull(result);
    if (state == End.CANCELLED) {
      CancellationException cancelled =
          new CancellationException("greenlet " + name() + " was cancelled");
      cancelled.initCause(error);
      throw cancelled;
    }
    throw new ExecutionException(error);
  }

  /** The value, or the error itself instead of an {@code ExecutionException}. */
  @SuppressWarnings({"unchecked", "NullAway"}) // as in report
  T unwrap() throws Exception {
    if (state == End.SUCCEEDED) {
      return (T) result;
    }
    Throwable error = (Throwable) Objects.requireNonNull(result);
    if (error instanceof Error fatal) {
      throw fatal;
    }
    throw (Exception) error;
  }

  /**
   * Asks it to end: the operation in which it waits, or the next one in which it would, throws
   * {@link Cancelled}. Does not wait for it to happen; {@link #join} does.
   *
   * @param mayInterruptIfRunning without it, a greenlet is left alone
   * @return false if it had ended already or is left alone
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!mayInterruptIfRunning || isDone()) {
      return false;
    }
    cancelRequested = true;
    thread.interrupt();
    return true;
  }

  @Override
  public String toString() {
    Object seen = state;
    String condition = seen instanceof End end ? end.name().toLowerCase(Locale.ROOT) : "live";
    return "Greenlet[" + name() + ", " + condition + "]";
  }
}
