package dev.loomlet;

import dev.loomlet.time.Timer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A short task of the JDK's, such as the end of a timed park, on the loop's timer wheel.
 *
 * <p>Only {@code cancel} matters to the JDK. It may be called on another thread than the loop's;
 * then the entry is taken out of the wheel by way of the inbox.
 */
final class ScheduledTask extends Timer implements ScheduledFuture<Object> {
  private final LoopCore core;
  private final Runnable task;
  private final long deadlineNanos;
  private volatile boolean cancelled;
  private volatile boolean ran;

  ScheduledTask(LoopCore core, Runnable task, long deadlineNanos) {
    this.core = core;
    this.task = task;
    this.deadlineNanos = deadlineNanos;
  }

  void start() {
    if (!cancelled) {
      core.timers.scheduleAtNanoTime(this, deadlineNanos);
    }
  }

  @Override
  protected void fire() {
    if (!cancelled) {
      ran = true;
      task.run();
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (ran || cancelled) {
      return false;
    }
    cancelled = true;
    if (core.onCarrier()) {
      core.timers.cancel(this);
    } else {
      core.submit(() -> core.timers.cancel(this));
    }
    return true;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public boolean isDone() {
    return ran || cancelled;
  }

  @Override
  public @Nullable Object get() {
    if (cancelled) {
      throw new CancellationException();
    }
    throw new UnsupportedOperationException("a loop's timers are not waited for");
  }

  @Override
  public @Nullable Object get(long timeout, TimeUnit unit) {
    return get();
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return unit.convert(deadlineNanos - core.clock.nanoTime(), TimeUnit.NANOSECONDS);
  }

  @Override
  public int compareTo(Delayed other) {
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }
}
