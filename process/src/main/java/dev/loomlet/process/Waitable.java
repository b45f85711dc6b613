package dev.loomlet.process;

import dev.loomlet.io.Descriptors;
import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

/**
 * Something that becomes ready: a {@link Connection} or queue that has something to take, a process
 * that has ended, a descriptor that can be read. Several can be waited for at once, as by Python's
 * {@code multiprocessing.connection.wait}.
 *
 * {@snippet :
 * List<Waitable> ready = Waitable.awaitAny(LIMIT, connection, queue, Waitable.endOf(process));
 * }
 */
public interface Waitable {

  /** Whether it is ready. Does not wait. */
  boolean isReady();

  /**
   * Waits until it is ready, or may be: look again.
   *
   * @throws dev.loomlet.Cancelled if the caller is cancelled or interrupted
   */
  void awaitReady();

  /** A process, which is ready once it has ended. */
  static Waitable endOf(JavaProcess process) {
    return new Waitable() {
      @Override
      public boolean isReady() {
        return !process.isAlive();
      }

      @Override
      public void awaitReady() {
        process.join();
      }

      @Override
      public String toString() {
        return process.toString();
      }
    };
  }

  /**
   * A descriptor, such as a {@link JavaProcess#sentinel}, which is ready when it can be read. It
   * stays the caller's, who closes it when nobody waits any more.
   */
  static Waitable readable(int descriptor) {
    return new Waitable() {
      @Override
      public boolean isReady() {
        return new ProcessCalls().awaitReadable(descriptor, 0);
      }

      @Override
      public void awaitReady() {
        try {
          if (ThreadWait.isForCaller()) {
            boolean _ = ThreadWait.readable(descriptor, Waiter.FOREVER);
          } else {
            Descriptors.waitReadable(descriptor);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public String toString() {
        return "descriptor " + descriptor;
      }
    };
  }

  /**
   * Waits until one of several is ready.
   *
   * <p>It takes a loop. A platform thread that has none gets {@linkplain dev.loomlet.Loop#current
   * one} if it has to wait, and keeps it: no other thread runs it, and when the thread has ended
   * its descriptors are given back. What else the thread waits for in this package is then waited
   * for on that loop.
   *
   * @param things at least one
   * @return those that are ready, in the order given; at least one
   * @throws dev.loomlet.Cancelled if the caller is cancelled or interrupted
   */
  static List<Waitable> awaitAny(Waitable... things) {
    return ReadyWait.await(List.of(things), Waiter.FOREVER);
  }

  /**
   * Waits until one of several is ready, for a limited time; otherwise as {@link
   * #awaitAny(Waitable...)}.
   *
   * @param timeout 0 or less to look only
   * @param things none only to let the time pass
   * @return those that are ready, in the order given; none if the time is over
   * @throws dev.loomlet.Cancelled if the caller is cancelled or interrupted
   */
  static List<Waitable> awaitAny(Duration timeout, Waitable... things) {
    return ReadyWait.await(List.of(things), TimeLimit.toNanos(timeout));
  }
}
