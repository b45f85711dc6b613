package dev.loomlet.sync;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Owned;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * What both locks are but for taking one that is one's own.
 *
 * <p>A word says whether the lock is free, held, or held while others may be waiting. As long as
 * nobody waits, taking it is one atomic instruction and giving it back another, without the guard.
 * Who finds it held says so in the word and gets into the line, in one step under the guard; who
 * then gives it back fails to swing the word from "held" to "free" and hands the lock under the
 * guard to the first in the line. The word is never free while somebody is in the line, hence
 * nobody overtakes.
 */
abstract class FairLock implements Lock, Holdable, Owned {
  private static final int FREE = 0;
  private static final int HELD = 1;

  /** Held, and there may be somebody in the line. Entered under the guard only. */
  private static final int WANTED = 2;

  private static final VarHandle STATE;
  private static final VarHandle OWNER;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(FairLock.class, "state", int.class);
      OWNER = lookup.findVarHandle(FairLock.class, "owner", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final @Nullable String name;
  private final Guard guard = new Guard();
  private final WaitLine line = new WaitLine(guard);

  @SuppressWarnings("unused") // by STATE
  private int state;

  /**
   * Written by the owner, or by whoever hands the lock over, before it can be given back. A thread
   * reads itself here only if it is the owner, whatever else it may read.
   */
  @SuppressWarnings("unused") // by OWNER
  private @Nullable Thread owner;

  FairLock(@Nullable String name) {
    this.name = name;
  }

  /**
   * The owner takes it again.
   *
   * @param waits whether the owner would wait for it otherwise
   * @return false to leave it
   */
  abstract boolean takeAgain(boolean waits);

  /** The owner gives it back: whether that only undoes a {@link #takeAgain}. */
  abstract boolean giveBackAgain();

  /** Undoes each {@link #takeAgain}, and says how many that were. */
  abstract int unwind();

  /** Does so many again. */
  abstract void rewind(int times);

  /**
   * Takes it, waiting for it if need be. Unlike {@code java.util.concurrent}'s locks it can be
   * cancelled while it waits.
   *
   * @throws Cancelled if the caller is cancelled or interrupted; then it has not taken it
   */
  @Override
  public final void lock() {
    Task.checkpoint();
    take(Waiter.FOREVER);
  }

  /**
   * As {@link #lock}, but an interrupt is an {@code InterruptedException}.
   *
   * @throws InterruptedException if the calling thread is interrupted
   * @throws Cancelled if the calling greenlet is cancelled otherwise
   */
  @Override
  public final void lockInterruptibly() throws InterruptedException {
    try {
      lock();
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  /** Takes it if it is free. Does not wait, and is no checkpoint. */
  @Override
  public final boolean tryLock() {
    return take(0);
  }

  /**
   * Takes it, waiting for a limited time.
   *
   * @param timeout 0 or less not to wait
   * @return whether it has taken it; false if the time is over
   * @throws Cancelled if the caller is cancelled or interrupted; then it has not taken it
   */
  public final boolean tryLock(Duration timeout) {
    Task.checkpoint();
    return take(TimeLimit.toNanos(timeout));
  }

  /**
   * As {@link #tryLock(Duration)}, but an interrupt is an {@code InterruptedException}.
   *
   * @throws InterruptedException if the calling thread is interrupted
   * @throws Cancelled if the calling greenlet is cancelled otherwise
   */
  @Override
  public final boolean tryLock(long timeout, TimeUnit unit) throws InterruptedException {
    long nanos = unit.toNanos(timeout);
    try {
      Task.checkpoint();
      return take(nanos);
    } catch (Cancelled e) {
      throw e.asInterrupt();
    }
  }

  @Override
  public final Held hold() {
    lock();
    return new Held(this::unlock);
  }

  private boolean take(long nanos) {
    if (takeIfFree()) {
      return true;
    }
    if (isHeldByCurrentThread()) {
      return takeAgain(nanos > 0);
    }
    if (nanos <= 0) {
      return false;
    }
    Waiter waiter = new Waiter();
    return takeOrQueue(waiter) || line.await(waiter, this, nanos);
  }

  private boolean takeIfFree() {
    if (STATE.compareAndSet(this, FREE, HELD)) {
      OWNER.setOpaque(this, Thread.currentThread());
      return true;
    }
    return false;
  }

  private boolean takeOrQueue(Waiter waiter) {
    guard.lock();
    boolean free = (int) STATE.getAndSet(this, WANTED) == FREE;
    if (!free) {
      line.add(waiter);
    }
    guard.unlock();
    if (free) {
      OWNER.setOpaque(this, waiter.thread());
    }
    return free;
  }

  /**
   * Gives it back; it then belongs to the one who has waited longest. Does not wait, and is no
   * checkpoint.
   *
   * @throws IllegalMonitorStateException if the calling greenlet or thread is not its owner
   */
  @Override
  public final void unlock() {
    requireOwner("unlock");
    if (!giveBackAgain()) {
      giveBack();
    }
  }

  private void giveBack() {
    OWNER.setOpaque(this, null);
    if (STATE.compareAndSet(this, HELD, FREE)) {
      return;
    }
    guard.lock();
    Waiter next = line.poll();
    if (next == null) {
      STATE.setRelease(this, FREE);
    } else {
      OWNER.setOpaque(this, next.thread());
      if (line.isEmpty()) {
        STATE.setRelease(this, HELD);
      }
      next.grant();
    }
    guard.unlock();
    if (next != null) {
      next.wake();
    }
  }

  /** Gives it back however often it was taken, and says what {@link #takeBack} needs. */
  final int giveUp() {
    int times = unwind();
    giveBack();
    return times;
  }

  /** Takes it after {@link #giveUp}, deaf to cancellation: who had it before counts on it. */
  final void takeBack(int times) {
    if (!takeIfFree()) {
      Waiter waiter = new Waiter();
      if (!takeOrQueue(waiter)) {
        line.awaitUncancellably(waiter, this);
      }
    }
    rewind(times);
  }

  final void requireOwner(String operation) {
    if (!isHeldByCurrentThread()) {
      throw new IllegalMonitorStateException(
          operation + " is for the owner of a lock, and " + this + " is not the caller's");
    }
  }

  /**
   * A condition of this lock, to wait in while the lock is given up. Each has waiters of its own.
   */
  @Override
  public final Condition newCondition() {
    return new Condition(this);
  }

  /** Whether somebody has it. Any thread; may be over when it is looked at. */
  public final boolean isLocked() {
    return (int) STATE.getAcquire(this) != FREE;
  }

  /** Whether the calling greenlet or thread is its owner. */
  public final boolean isHeldByCurrentThread() {
    return owner() == Thread.currentThread();
  }

  @Override
  public final @Nullable Thread owner() {
    return (Thread) OWNER.getOpaque(this);
  }

  /** How many wait for it; an estimate. */
  public final int waiting() {
    guard.lock();
    int size = line.size();
    guard.unlock();
    return size;
  }

  @Override
  public String toString() {
    Thread holder = owner();
    StringBuilder text = new StringBuilder(getClass().getSimpleName()).append('[');
    if (name != null) {
      text.append(name).append(", ");
    }
    if (holder == null) {
      text.append(isLocked() ? "held" : "free");
    } else {
      text.append("held by ").append(Task.nameOf(holder));
    }
    return text.append(", ").append(waiting()).append(" waiting]").toString();
  }
}
