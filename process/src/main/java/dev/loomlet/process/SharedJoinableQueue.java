package dev.loomlet.process;

import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.time.Duration;

/**
 * A {@link SharedObjectQueue} of work to be marked done: Python's {@code
 * multiprocessing.JoinableQueue}. {@link #join} waits until {@link #taskDone} was called for each
 * object that was ever put. As there, who takes an object and dies marks nothing.
 *
 * @param <T> the objects, never null
 */
public final class SharedJoinableQueue<T> extends SharedObjectQueue<T> {
  private static final long serialVersionUID = 1;

  private SharedJoinableQueue(SharedQueue queue, MessageFormat<T> format) {
    super(queue, format);
  }

  /** As {@link SharedObjectQueue#create(Class, int, int)}. */
  public static <T> SharedJoinableQueue<T> create(Class<T> type, int capacity, int maxMessage)
      throws IOException {
    return create(MessageFormat.of(type), capacity, maxMessage);
  }

  /** As {@link SharedObjectQueue#create(MessageFormat, int, int)}. */
  public static <T> SharedJoinableQueue<T> create(
      MessageFormat<T> format, int capacity, int maxMessage) throws IOException {
    return new SharedJoinableQueue<>(SharedQueue.create(capacity, maxMessage), format);
  }

  /**
   * Marks one of the objects done that were taken. Does not wait.
   *
   * @throws IllegalStateException if as many were marked as were put
   */
  public void taskDone() {
    queue().taskDone();
  }

  /** How many were put and not marked done; an estimate. */
  public long unfinishedTasks() {
    return queue().unfinished();
  }

  /**
   * Waits until all that was put is marked done.
   *
   * @throws dev.loomlet.Cancelled if the caller is cancelled or interrupted
   */
  public void join() {
    boolean _ = queue().awaitAllDone(Waiter.FOREVER);
  }

  /**
   * Waits until all that was put is marked done, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether it is
   * @throws dev.loomlet.Cancelled if the caller is cancelled or interrupted
   */
  public boolean join(Duration timeout) {
    return queue().awaitAllDone(TimeLimit.toNanos(timeout));
  }
}
