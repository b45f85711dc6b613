package dev.loomlet.jdk;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The scheduler object that virtual threads of one loop carry.
 *
 * <p>It extends {@link ForkJoinPool} for one reason: the JDK asks a scheduler for the timer of a
 * timed park or sleep only if the scheduler is a {@code ForkJoinPool}; for any other {@code
 * Executor} it uses helper threads of its own. No worker thread of the pool ever starts, because
 * both entrances are overridden.
 */
public final class GreenletScheduler extends ForkJoinPool {
  private final Dispatcher dispatcher;

  /**
   * Creates the scheduler of one loop.
   *
   * @param dispatcher where continuations and timers go
   */
  public GreenletScheduler(Dispatcher dispatcher) {
    super(1);
    this.dispatcher = dispatcher;
  }

  /** The loop behind this scheduler. */
  public Dispatcher dispatcher() {
    return dispatcher;
  }

  @Override
  public void execute(Runnable continuation) {
    dispatcher.dispatch(continuation);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return dispatcher.schedule(task, unit.toNanos(delay));
  }
}
