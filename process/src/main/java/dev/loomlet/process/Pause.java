package dev.loomlet.process;

import java.util.concurrent.locks.LockSupport;

/**
 * Lets time pass, in what each child does. {@link Thread#sleep} would load two classes for flight
 * recordings, which no start-up cache has.
 */
final class Pause {
  private Pause() {}

  static void millis(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
