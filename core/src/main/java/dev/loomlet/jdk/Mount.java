package dev.loomlet.jdk;

import static java.lang.invoke.MethodType.methodType;

import dev.loomlet.sched.Step;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import jdk.internal.vm.Continuation;
import org.jspecify.annotations.Nullable;

/**
 * Runs a virtual thread from one wait to the next, in the place of the JDK's own {@code
 * VirtualThread.runContinuation}, with a third of its memory fences.
 *
 * <p>The JDK's version serves any number of carriers at once. A thread of a loop has one, and most
 * of what concerns it happens on that one: it parks there, it is woken there, it goes on there. Its
 * states and their transitions stay exactly those of the JDK (they are in the class comment of
 * {@code VirtualThread}), so every part of the JDK that unparks, interrupts, blocks, times,
 * suspends or inspects the thread, on whatever thread, finds what it expects. What is left out:
 *
 * <ul>
 *   <li>The parking permit. It is for an unpark that comes before the park. {@link #wake} is called
 *       on the carrier and only makes a parked thread ready; one that is not parked yet looks at
 *       its condition before it parks.
 *   <li>Volatile stores before the continuation is left. The thread is the only one to write {@code
 *       PARKING} and {@code YIELDING}; nobody acts on them.
 *   <li>The monitor around "no carrier any more". It keeps an interrupter from setting the
 *       interrupt status of a carrier that has gone on. Instead, a fence stands between forgetting
 *       the carrier and a look at the interrupt status: an interrupter that still saw the carrier
 *       has set the status before, so it is seen, and only then is the monitor taken, to let it
 *       finish.
 * </ul>
 *
 * <p>For each state that is neither parking nor yielding the JDK's own code takes over. The system
 * property {@value #PROPERTY} set to {@code jdk} leaves everything to it; so does a JDK on which
 * anything needed here is missing.
 */
public final class Mount extends Step {
  /** Set to {@code jdk}, it leaves mounting to the JDK. */
  public static final String PROPERTY = "loomlet.mount";

  // The states of a virtual thread, as VirtualThread defines them.
  private static final int STARTED = 1;
  private static final int RUNNING = 2;
  private static final int PARKING = 3;
  private static final int PARKED = 4;
  private static final int UNPARKED = 9;
  private static final int YIELDING = 10;
  private static final int YIELDED = 11;
  private static final int UNBLOCKED = 14;

  private static final VarHandle STATE;
  private static final VarHandle PARK_PERMIT;
  private static final VarHandle BLOCK_PERMIT;
  private static final VarHandle CARRIER;
  private static final VarHandle INTERRUPTED;
  private static final VarHandle INTERRUPT_LOCK;
  private static final VarHandle TIMEOUT_TASK;
  private static final VarHandle CONTINUATION;
  private static final MethodHandle SET_RUN_CONTINUATION;
  private static final MethodHandle CURRENT_CARRIER;
  private static final MethodHandle SET_CURRENT_THREAD;
  private static final MethodHandle CLEAR_INTERRUPT;
  private static final MethodHandle SET_INTERRUPT;
  private static final MethodHandle MOUNT;
  private static final MethodHandle NOTIFY_MOUNT;
  private static final MethodHandle NOTIFY_UNMOUNT;
  private static final MethodHandle YIELD_CONTINUATION;
  private static final MethodHandle CANCEL_TIMEOUT_TASK;
  private static final MethodHandle AFTER_YIELD;
  private static final MethodHandle AFTER_DONE;

  static {
    try {
      Class<?> virtual = Class.forName("java.lang.VirtualThread");
      MethodHandles.Lookup self = MethodHandles.lookup();
      MethodHandles.Lookup inVirtual = MethodHandles.privateLookupIn(virtual, self);
      MethodHandles.Lookup inThread = MethodHandles.privateLookupIn(Thread.class, self);
      STATE = inVirtual.findVarHandle(virtual, "state", int.class);
      PARK_PERMIT = inVirtual.findVarHandle(virtual, "parkPermit", boolean.class);
      BLOCK_PERMIT = inVirtual.findVarHandle(virtual, "blockPermit", boolean.class);
      CARRIER = inVirtual.findVarHandle(virtual, "carrierThread", Thread.class);
      TIMEOUT_TASK = inVirtual.findVarHandle(virtual, "timeoutTask", Future.class);
      CONTINUATION = inVirtual.findVarHandle(virtual, "cont", Continuation.class);
      INTERRUPTED = inThread.findVarHandle(Thread.class, "interrupted", boolean.class);
      INTERRUPT_LOCK = inThread.findVarHandle(Thread.class, "interruptLock", Object.class);
      Field runContinuation = virtual.getDeclaredField("runContinuation");
      runContinuation.setAccessible(true);
      SET_RUN_CONTINUATION =
          inVirtual
              .unreflectSetter(runContinuation)
              .asType(methodType(void.class, Thread.class, Runnable.class));
      CURRENT_CARRIER =
          inThread.findStatic(Thread.class, "currentCarrierThread", methodType(Thread.class));
      SET_CURRENT_THREAD =
          inThread.findVirtual(
              Thread.class, "setCurrentThread", methodType(void.class, Thread.class));
      CLEAR_INTERRUPT =
          inThread.findVirtual(Thread.class, "clearInterrupt", methodType(void.class));
      SET_INTERRUPT = inThread.findVirtual(Thread.class, "setInterrupt", methodType(void.class));
      MOUNT = method(inVirtual, virtual, "mount", void.class);
      YIELD_CONTINUATION = method(inVirtual, virtual, "yieldContinuation", boolean.class);
      CANCEL_TIMEOUT_TASK = method(inVirtual, virtual, "cancelTimeoutTask", void.class);
      AFTER_YIELD = method(inVirtual, virtual, "afterYield", void.class);
      AFTER_DONE = method(inVirtual, virtual, "afterDone", void.class);
      NOTIFY_MOUNT = notification(inVirtual, virtual, "notifyJvmtiMount");
      NOTIFY_UNMOUNT = notification(inVirtual, virtual, "notifyJvmtiUnmount");
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Thread thread;
  private final Continuation continuation;
  private final Dispatcher dispatcher;

  /** Whether the carrier had been interrupted itself before it took the thread up. */
  private boolean carrierInterrupted;

  private Mount(Thread thread, Dispatcher dispatcher) {
    this.thread = thread;
    this.continuation = (Continuation) CONTINUATION.get(thread);
    this.dispatcher = dispatcher;
  }

  private static MethodHandle method(
      MethodHandles.Lookup lookup, Class<?> virtual, String name, Class<?> result)
      throws ReflectiveOperationException {
    return lookup
        .findVirtual(virtual, name, methodType(result))
        .asType(methodType(result, Thread.class));
  }

  private static MethodHandle notification(
      MethodHandles.Lookup lookup, Class<?> virtual, String name)
      throws ReflectiveOperationException {
    return lookup
        .findVirtual(virtual, name, methodType(void.class, boolean.class))
        .asType(methodType(void.class, Thread.class, boolean.class));
  }

  /** Whether this JDK has everything that is needed, and mounting is not left to it. */
  static boolean isWanted() {
    try {
      return STATE != null && !"jdk".equals(System.getProperty(PROPERTY));
    } catch (ExceptionInInitializerError e) {
      return false;
    }
  }

  /**
   * Takes over the mounting of a virtual thread that has not been started.
   *
   * @param thread made by {@link JdkInternals#newVirtualThread}
   * @param dispatcher of its loop
   */
  static Mount install(Thread thread, Dispatcher dispatcher) {
    Mount mount = new Mount(thread, dispatcher);
    try {
      SET_RUN_CONTINUATION.invokeExact(thread, (Runnable) mount);
    } catch (Throwable e) {
      throw JdkInternals.rethrow(e);
    }
    return mount;
  }

  @Override
  public Thread thread() {
    return thread;
  }

  /** Mounts the thread, if it is ready, and runs it up to its next wait. On the carrier. */
  @Override
  public void run() {
    int ready = (int) STATE.getVolatile(thread);
    boolean isReady =
        ready == UNPARKED || ready == YIELDED || ready == STARTED || ready == UNBLOCKED;
    // Not ready, or suspended by somebody who looks at its stack and submits it again.
    if (!isReady || !STATE.compareAndSet(thread, ready, RUNNING)) {
      return;
    }
    try {
      consumePermit(ready);
      Thread carrier = mount();
      try {
        continuation.run();
      } finally {
        unmount(carrier);
        if (continuation.isDone()) {
          VarHandle.fullFence();
          forgetInterrupt(carrier);
          AFTER_DONE.invokeExact(thread);
        } else {
          afterYield(carrier);
        }
      }
    } catch (Throwable e) {
      throw JdkInternals.rethrow(e);
    }
  }

  private void consumePermit(int ready) throws Throwable {
    if (ready == UNPARKED || ready == UNBLOCKED) {
      if (TIMEOUT_TASK.get(thread) != null) {
        CANCEL_TIMEOUT_TASK.invokeExact(thread);
      }
      VarHandle permit = ready == UNPARKED ? PARK_PERMIT : BLOCK_PERMIT;
      if ((boolean) permit.getVolatile(thread)) {
        permit.setVolatile(thread, false);
      }
    }
  }

  private Thread mount() throws Throwable {
    Thread carrier = (Thread) CURRENT_CARRIER.invokeExact();
    carrierInterrupted = carrier.isInterrupted();
    if (carrierInterrupted || (boolean) INTERRUPTED.getVolatile(thread)) {
      // The interrupt status of thread and carrier must be made the same.
      MOUNT.invokeExact(thread);
      return carrier;
    }
    NOTIFY_MOUNT.invokeExact(thread, true);
    CARRIER.setRelease(thread, carrier);
    if ((boolean) INTERRUPTED.getVolatile(thread)) {
      // By somebody who may not have seen the carrier yet.
      SET_INTERRUPT.invokeExact(carrier);
    }
    SET_CURRENT_THREAD.invokeExact(carrier, thread);
    return carrier;
  }

  private void unmount(Thread carrier) throws Throwable {
    SET_CURRENT_THREAD.invokeExact(carrier, carrier);
    CARRIER.setRelease(thread, (Thread) null);
    NOTIFY_UNMOUNT.invokeExact(thread, false);
  }

  private void afterYield(Thread carrier) throws Throwable {
    int left = (int) STATE.getVolatile(thread);
    switch (left) {
      case PARKING -> {
        STATE.setVolatile(thread, PARKED);
        forgetInterrupt(carrier);
        // It may have been unparked on another thread while it parked.
        if ((boolean) PARK_PERMIT.getVolatile(thread)
            && STATE.compareAndSet(thread, PARKED, UNPARKED)) {
          dispatcher.dispatch(this);
        }
      }
      case YIELDING -> {
        STATE.setVolatile(thread, YIELDED);
        forgetInterrupt(carrier);
        dispatcher.dispatch(this);
      }
      default -> {
        VarHandle.fullFence();
        forgetInterrupt(carrier);
        AFTER_YIELD.invokeExact(thread);
      }
    }
  }

  /**
   * Takes the thread's interrupt status from the carrier. A fence must stand before it.
   *
   * <p>What the carrier has got without the thread, or had before, is its own and stays: it may be
   * somebody's thread who waits while it runs its loop.
   */
  private void forgetInterrupt(Thread carrier) throws Throwable {
    if ((boolean) INTERRUPTED.getVolatile(thread)) {
      letInterrupterFinish();
      if (carrier.isInterrupted()) {
        CLEAR_INTERRUPT.invokeExact(carrier);
      }
    }
    if (carrierInterrupted) {
      carrier.interrupt();
    }
  }

  @SuppressWarnings("EmptySynchronized")
  private void letInterrupterFinish() {
    synchronized (INTERRUPT_LOCK.get(thread)) {
      // Whoever held it has set the status of the carrier by now.
    }
  }

  /**
   * Parks the calling thread, which must be this one, until {@link #wake} or an unpark; may return
   * without reason.
   *
   * @param blocker what it waits for, for thread dumps
   */
  public void park(Object blocker) {
    if ((boolean) PARK_PERMIT.getVolatile(thread) || (boolean) INTERRUPTED.getVolatile(thread)) {
      // Returns at once and uses up the permit.
      LockSupport.park(blocker);
      return;
    }
    LockSupport.setCurrentBlocker(blocker);
    if (!leave(thread, PARKING)) {
      // It cannot be unmounted at the moment, so it takes the carrier with it.
      LockSupport.park(blocker);
    }
    LockSupport.setCurrentBlocker(null);
  }

  /** Lets others run once. The calling thread must be this one. */
  public void yieldNow() {
    leave(thread, YIELDING);
  }

  /**
   * Parks a virtual thread, whoever mounts it, unless it would take its carrier with it.
   *
   * @param thread the calling one
   * @return false if it cannot be unmounted at the moment
   */
  static boolean tryPark(Thread thread, @Nullable Object blocker) {
    if ((boolean) PARK_PERMIT.getVolatile(thread) || (boolean) INTERRUPTED.getVolatile(thread)) {
      LockSupport.park(blocker);
      return true;
    }
    LockSupport.setCurrentBlocker(blocker);
    boolean left = leave(thread, PARKING);
    LockSupport.setCurrentBlocker(null);
    return left;
  }

  /** As {@link #yieldNow}, whoever mounts the calling thread; returns whether it could. */
  static boolean tryYield(Thread thread) {
    return leave(thread, YIELDING);
  }

  private static boolean leave(Thread thread, int state) {
    STATE.setRelease(thread, state);
    boolean left = false;
    try {
      left = (boolean) YIELD_CONTINUATION.invokeExact(thread);
    } catch (OutOfMemoryError e) {
      // Stays on the carrier, as under a native frame.
      left = false;
    } catch (Throwable e) {
      throw JdkInternals.rethrow(e);
    } finally {
      if (!left) {
        STATE.setVolatile(thread, RUNNING);
      }
    }
    return left;
  }

  /**
   * Makes the thread ready if it is parked; if it is on its way to park it must see for itself that
   * it need not. On the carrier.
   */
  public void wake() {
    int state = (int) STATE.getVolatile(thread);
    if (state == PARKED && STATE.compareAndSet(thread, PARKED, UNPARKED)) {
      dispatcher.dispatch(this);
    } else if (state != UNPARKED && state != YIELDED && state != RUNNING && state != STARTED) {
      // Parked by the JDK, or suspended by somebody who looks at its stack.
      LockSupport.unpark(thread);
    }
  }
}
