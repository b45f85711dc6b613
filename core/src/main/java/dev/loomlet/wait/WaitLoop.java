package dev.loomlet.wait;

import dev.loomlet.LoopExit;
import dev.loomlet.engine.JdkDescriptors;
import dev.loomlet.time.Clock;
import dev.loomlet.time.TimerWheel;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A loop as those see it who wait on it. */
public interface WaitLoop {

  /** The loop's clock. */
  Clock clock();

  /** The loop's timers; for its carrier thread. */
  TimerWheel timers();

  /** Whether the caller is on the loop's thread. */
  boolean onCarrier();

  /** Has a short task run on the carrier thread, between two greenlets. Any thread. */
  void submit(Runnable task);

  /**
   * Turns the loop until a condition holds. The owner thread only, outside of the loop.
   *
   * @param blocker what the owner waits for, for thread dumps and the search for deadlocks; null if
   *     the wait ends by itself
   * @throws IllegalStateException if it turns already
   * @throws LoopExit if a watch finds that the condition can never hold
   */
  void runUntil(BooleanSupplier reached, @Nullable Object blocker);

  /**
   * How to wait for descriptors that are not Loomlet's; for its carrier thread.
   *
   * @return null if the engine cannot
   */
  default @Nullable JdkDescriptors jdkDescriptors() {
    return null;
  }

  /** The task of a thread of this loop whose uncaught exception handler somebody replaced. */
  @Nullable Task findTask(Thread thread);
}
