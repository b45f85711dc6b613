package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.PollArray;
import dev.loomlet.linux.PollCalls;
import dev.loomlet.linux.PollEvents;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that blocks in the kernel for the greenlets of a {@link BlockingEngine}, for one at a
 * time. Without anything to do for some seconds it asks to be let go.
 */
final class BlockingHelper implements Runnable {
  private static final long STACK_BYTES = 256 * 1024;
  private static final int DESCRIPTOR = 0;
  private static final int LEAVE = 1;

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final BlockingEngine engine;
  private final long patienceNanos;
  private final SystemCalls calls = new SystemCalls();
  private final PollCalls pollCalls = new PollCalls();
  private final PollArray array = new PollArray(2);

  /** By which the loop ends its call. */
  private final WakeUpDescriptor leave;

  private final Thread thread;

  /** What it is at, or is to begin. */
  private volatile @Nullable BlockingWait wait;

  private volatile boolean ended;

  /**
   * Creates one.
   *
   * @param patienceNanos after how long without anything to do it asks to be let go
   * @throws DescriptorsExhaustedException if there is no descriptor left
   */
  BlockingHelper(BlockingEngine engine, long patienceNanos) throws IOException {
    this.engine = engine;
    this.patienceNanos = patienceNanos;
    this.leave = new WakeUpDescriptor(engine.calls, BlockingEngine.NAME);
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("loomlet-blocking-" + COUNT.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .stackSize(STACK_BYTES)
            .unstarted(this);
    array.set(LEAVE, leave.fd(), PollEvents.POLLIN);
  }

  /**
   * Starts the thread.
   *
   * @throws OutOfMemoryError if the system refuses one more
   */
  void start() {
    thread.start();
  }

  /** Gives it something to wait for. On the loop, while it has nothing. */
  void begin(BlockingWait next) {
    wait = next;
    LockSupport.unpark(thread);
  }

  /** Has it leave the call that it is in, or else look once more at the next one. */
  void leave() {
    leave.signal();
  }

  /** Whether it may still be in the call of a wait. */
  boolean isAt(BlockingWait asked) {
    return wait == asked;
  }

  /** Lets the thread end. On the loop, while it is in no call. */
  void end() {
    ended = true;
    leave.close();
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    while (!ended) {
      BlockingWait current = wait;
      if (current != null) {
        current.happened = block(current);
        wait = null;
        engine.leftCall(current);
      } else {
        beIdle();
      }
    }
  }

  private void beIdle() {
    long start = System.nanoTime();
    while (wait == null && !ended) {
      long left = patienceNanos - (System.nanoTime() - start);
      if (left <= 0) {
        engine.context.submit(() -> engine.retire(this));
        start = System.nanoTime();
      } else {
        LockSupport.parkNanos(this, left);
      }
    }
  }

  /** The call that blocks. */
  private int block(BlockingWait current) {
    int events = current.readiness == Readiness.READABLE ? PollEvents.POLLIN : PollEvents.POLLOUT;
    array.set(DESCRIPTOR, current.descriptor.fd, events);
    while (!current.revoked) {
      int count = pollCalls.poll(array, 2, Long.MAX_VALUE);
      if (count < 0 && count != -Errno.EINTR) {
        return PollEvents.POLLERR;
      }
      if (count > 0) {
        if (array.result(LEAVE) != 0) {
          leave.clear(calls);
        }
        int happened = array.result(DESCRIPTOR);
        if (happened != 0) {
          // Closed by somebody else under its waiter, who learns of it by trying.
          return (happened & PollEvents.POLLNVAL) != 0 ? PollEvents.POLLERR : happened;
        }
      }
    }
    return 0;
  }
}
