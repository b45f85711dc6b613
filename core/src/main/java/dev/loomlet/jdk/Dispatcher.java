package dev.loomlet.jdk;

import java.util.concurrent.ScheduledFuture;

/**
 * What a loop does with the continuations of its virtual threads.
 *
 * <p>Both methods are called by the JDK in the middle of parking, unparking, starting and
 * unlocking, on whatever thread that happens: the loop's carrier, another loop's, a plain thread,
 * or the JDK's unblocker thread. They must not park, block or throw.
 */
public interface Dispatcher {

  /**
   * Makes a continuation ready.
   *
   * @param continuation to be run once, on the loop's carrier thread
   */
  void dispatch(Runnable continuation);

  /**
   * Runs a short JDK task, such as the end of a timed park, on the carrier thread after a delay.
   *
   * @param task what to run; does not block
   * @param delayNanos at least 0
   * @return a handle whose {@code cancel} drops the task if it has not run
   */
  ScheduledFuture<?> schedule(Runnable task, long delayNanos);
}
