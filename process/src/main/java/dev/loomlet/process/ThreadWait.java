package dev.loomlet.process;

import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;

/**
 * Waits of platform threads that have no loop. They block: a loop would have to be opened for the
 * wait, and nobody else has anything to do on it. They do it in slices, so that a thread that is
 * interrupted is not held up, nor the end of the JVM.
 */
final class ThreadWait {
  /** How long a thread is deaf. */
  static final long SLICE_NANOS = 50_000_000;

  private static final int SLICE_MILLIS = (int) (SLICE_NANOS / 1_000_000);

  private ThreadWait() {}

  /** Whether the caller is such a thread. */
  static boolean isForCaller() {
    Thread self = Thread.currentThread();
    return !self.isVirtual() && Waiter.loopOf(self) == null;
  }

  /**
   * Waits until a descriptor can be read.
   *
   * @param nanos how long at most, {@link Waiter#FOREVER} for no limit
   * @return false if the time is over
   * @throws dev.loomlet.Cancelled if the thread is interrupted
   */
  static boolean readable(int descriptor, long nanos) {
    ProcessCalls calls = new ProcessCalls();
    TimeLimit limit = new TimeLimit(nanos);
    while (true) {
      Task.checkpoint();
      long left = limit.left();
      if (calls.awaitReadable(descriptor, millis(left))) {
        return true;
      }
      if (left <= 0) {
        return false;
      }
    }
  }

  /**
   * Waits until a descriptor can be written to.
   *
   * @throws dev.loomlet.Cancelled if the thread is interrupted
   */
  static void writable(int descriptor) {
    ProcessCalls calls = new ProcessCalls();
    do {
      Task.checkpoint();
    } while (!calls.awaitWritable(descriptor, SLICE_MILLIS));
  }

  /**
   * How long a slice is when so much is left: rounded up, so that nobody looks again and again in
   * the last millisecond.
   */
  static int millis(long nanos) {
    if (nanos >= SLICE_NANOS) {
      return SLICE_MILLIS; // there may be no limit, which is too large to be rounded
    }
    return Math.clamp((nanos + 999_999) / 1_000_000, 0, SLICE_MILLIS);
  }
}
