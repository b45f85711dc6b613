package dev.loomlet;

import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.jdk.Stackful;
import org.jspecify.annotations.Nullable;

/**
 * The coroutines of one thread, and how they change over.
 *
 * <p>The root coroutine is whatever the thread does by itself. While it is not the current one it
 * stands in {@link #runOthers} and resumes the stack of whichever coroutine is. A coroutine that
 * switches to another one only notes which, and pauses: so stacks of coroutines never lie on each
 * other, any of them can end in any order, and a switch costs one pause and one resumption however
 * many there are.
 *
 * <p>Touched by its thread only; every entrance checks that.
 */
final class Trampoline {
  private static final ThreadLocal<@Nullable Trampoline> OF_THREAD = new ThreadLocal<>();

  final Thread thread;
  final Coroutine root;

  /** The greenlet that the thread is, or null if it is none. */
  private final @Nullable GreenletTask task;

  Coroutine current;

  /** What the next current coroutine gets: a value, or an error that it throws. */
  private @Nullable Object value;

  private @Nullable Throwable error;

  /** The scope that the root is in, while others run. */
  private @Nullable CancelScope scope;

  private Trampoline() {
    JdkInternals.requireFit();
    thread = Thread.currentThread();
    task = PauseInScope.task();
    root = new Coroutine(this);
    current = root;
  }

  /**
   * The calling thread's.
   *
   * @throws IllegalStateException on a JVM that cannot run greenlets
   */
  static Trampoline ofThread() {
    Trampoline trampoline = OF_THREAD.get();
    if (trampoline == null) {
      trampoline = new Trampoline();
      OF_THREAD.set(trampoline);
    }
    return trampoline;
  }

  void requireThread() {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "the coroutine belongs to the thread that created it, "
              + thread
              + ", and cannot be switched to from "
              + Thread.currentThread()
              + "; hand a value to that thread instead, in a queue");
    }
  }

  /**
   * Makes another coroutine the current one, until somebody switches back.
   *
   * @return what is passed then
   */
  @Nullable Object change(
      Coroutine target, @Nullable Object newValue, @Nullable Throwable newError) {
    requireThread();
    Coroutine self = current;
    if (self == root) {
      scope = PauseInScope.innermost(task);
    } else {
      PauseInScope.refuse(task, scope, "a coroutine cannot switch");
    }
    pass(target, newValue, newError);
    if (current != self) {
      if (self == root) {
        runOthers();
      } else {
        self.pause();
      }
    }
    return receive();
  }

  /** Takes what was passed to the current coroutine. */
  @Nullable Object receive() {
    Object received = value;
    Throwable toThrow = error;
    value = null;
    error = null;
    if (toThrow != null) {
      throw Thrown.unchecked(toThrow);
    }
    return received;
  }

  /** Notes that the current coroutine is not paused after all. */
  void stay(Coroutine self) {
    current = self;
    value = null;
    error = null;
  }

  /**
   * Notes who is current from now on: the target, or the nearest ancestor that can take it. A dead
   * one cannot, and one that has not started dies of an error.
   */
  void pass(Coroutine target, @Nullable Object newValue, @Nullable Throwable newError) {
    value = newValue;
    error = newError;
    Coroutine taker = target;
    while (!taker.canTake(error != null)) {
      taker.die();
      if (error instanceof CoroutineExit) {
        value = error;
        error = null;
      }
      taker = taker.parentOrRoot();
    }
    current = taker;
  }

  private void runOthers() {
    Object occupied = Stackful.occupyGenerator();
    try {
      do {
        current.resume();
      } while (current != root);
    } finally {
      // Otherwise only if there is no memory or stack left to resume it.
      current = root;
      scope = null;
      Stackful.release(occupied);
    }
  }
}
