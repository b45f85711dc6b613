package dev.loomlet.jdk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells a loop when nobody is about to be let into a monitor.
 *
 * <p>A virtual thread that waits for a monitor is chosen by the thread that leaves it, at once; but
 * it is made ready by a thread of the JDK's, the unblocker, a little later, and nothing says
 * whether that has happened. So two virtual threads are sent through a monitor, one after the
 * other: the unblocker takes all that is there, does it, and looks again. When the second one has
 * arrived that was chosen after the first had arrived, all who were chosen before have arrived,
 * too.
 *
 * <p>For one platform thread, on which it mounts those two.
 */
public final class MonitorHandover implements Dispatcher {
  // The states of a virtual thread, as VirtualThread defines them.
  private static final int BLOCKED = 13;
  private static final int UNBLOCKED = 14;
  private static final int WAIT = 16;
  private static final int TIMED_WAIT = 18;
  private static final int SUSPENDED = 1 << 8;

  private static final long SPIN_NANOS = 30_000;
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private static final VarHandle STATE = stateHandle();

  private final Thread owner = Thread.currentThread();
  private final Object monitor = new Object();
  private final ConcurrentLinkedQueue<Runnable> ready = new ConcurrentLinkedQueue<>();
  private Visitor inside = new Visitor();
  private Visitor outside = new Visitor();
  private volatile boolean ended;

  /** Creates one for the calling thread. */
  public MonitorHandover() {
    start(inside);
    // Its next step leads to the monitor, where the other one is.
    outside.thread.start();
  }

  private static VarHandle stateHandle() {
    try {
      Class<?> virtual = Class.forName("java.lang.VirtualThread");
      return MethodHandles.privateLookupIn(virtual, MethodHandles.lookup())
          .findVarHandle(virtual, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static int stateOf(Thread thread) {
    return (int) STATE.getVolatile(thread) & ~SUSPENDED;
  }

  /** Whether a virtual thread that does not run waits for a monitor, or in {@code Object.wait}. */
  public static boolean isInMonitor(Thread thread) {
    int state = stateOf(thread);
    return state == BLOCKED || state == UNBLOCKED || state == WAIT || state == TIMED_WAIT;
  }

  /**
   * Whether it may be about to become ready without anything more being done on its loop. Not while
   * it waits to be notified: who notifies it changes that at once.
   */
  public static boolean mayBecomeReady(Thread thread) {
    int state = stateOf(thread);
    return state == BLOCKED || state == UNBLOCKED;
  }

  /** Goes into the monitor and out of it, when it is told to. */
  private final class Visitor implements Runnable {
    final Thread thread =
        JdkInternals.newVirtualThread(new GreenletScheduler(MonitorHandover.this), null, this);

    private volatile boolean toldToLeave;
    private volatile boolean toldToEnter;

    @Override
    public void run() {
      while (!ended) {
        synchronized (monitor) {
          while (!toldToLeave) {
            LockSupport.park(this);
          }
          toldToLeave = false;
        }
        while (!toldToEnter && !ended) {
          LockSupport.park(this);
        }
        toldToEnter = false;
      }
    }

    void leave() {
      toldToLeave = true;
      LockSupport.unpark(thread);
    }

    void enter() {
      toldToEnter = true;
      LockSupport.unpark(thread);
    }
  }

  private void start(Visitor visitor) {
    visitor.thread.start();
    runNext();
  }

  /**
   * Returns when everybody who had been let into a monitor before has been given to his scheduler.
   *
   * @throws IllegalStateException if the JDK does not do its part
   */
  public void settle() {
    sendOneThrough();
    sendOneThrough();
  }

  private void sendOneThrough() {
    Visitor coming = outside;
    Visitor going = inside;
    if (ready.isEmpty()) {
      coming.enter();
    }
    runNext();
    going.leave();
    runNext();
    // By the unblocker.
    runNext();
    inside = coming;
    outside = going;
  }

  private void runNext() {
    Runnable next = ready.poll();
    long start = next == null ? System.nanoTime() : 0;
    while (next == null) {
      long waited = System.nanoTime() - start;
      if (waited > PATIENCE_NANOS) {
        throw new IllegalStateException(
            "the JDK has not handed a monitor over for half a minute: " + stateOf(outside.thread));
      }
      if (waited < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, 1_000_000);
      }
      next = ready.poll();
    }
    next.run();
  }

  /** Ends its threads. */
  public void end() {
    ended = true;
    inside.leave();
    LockSupport.unpark(outside.thread);
    for (Runnable next = ready.poll(); next != null; next = ready.poll()) {
      next.run();
    }
  }

  @Override
  public void dispatch(Runnable continuation) {
    ready.add(continuation);
    LockSupport.unpark(owner);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delayNanos) {
    throw new UnsupportedOperationException("its threads never wait for a time");
  }
}
