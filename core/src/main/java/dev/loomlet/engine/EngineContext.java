package dev.loomlet.engine;

import dev.loomlet.time.Clock;
import dev.loomlet.time.TimerWheel;

/** What an engine asks of its loop. */
public interface EngineContext {

  /** The loop's clock. */
  Clock clock();

  /** The loop's timers. */
  TimerWheel timers();

  /**
   * Makes the calling greenlet wait until {@link #unpark}. May return without reason, so the caller
   * checks its condition in a loop.
   *
   * @throws dev.loomlet.Cancelled if the greenlet was cancelled before or meanwhile
   */
  void park();

  /**
   * Makes the calling greenlet wait until {@link #unpark}, once and for a short time: what is due
   * is left to its next checkpoint, and ends the wait. May return without reason.
   *
   * @return false, at once, if the caller cannot wait without stopping the loop
   */
  boolean parkBriefly();

  /** Makes a thread that waits in {@link #park} ready. */
  void unpark(Thread thread);

  /**
   * Has a task run on the carrier thread, between greenlets. Any thread; does not block.
   *
   * @param task must be short and must not wait
   */
  void submit(Runnable task);

  /**
   * Lets other greenlets run before the calling one goes on.
   *
   * @throws dev.loomlet.Cancelled if the greenlet was cancelled
   */
  void yieldNow();

  /** How many greenlets are ready to run, besides the one that runs. An estimate. */
  default int readyCount() {
    return 0;
  }

  /**
   * How many greenlets wait for a monitor or in {@code Object.wait}, from where another thread
   * makes them ready, a little later than somebody has seen to it.
   */
  default int monitorWaits() {
    return 0;
  }

  /**
   * Level-triggered cancellation: called at the start of each operation, also one that would not
   * wait.
   *
   * @throws dev.loomlet.Cancelled if the greenlet was cancelled
   */
  void checkCancelled();
}
