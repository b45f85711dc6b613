package dev.loomlet.process;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link ProcessPool} works. Immutable; each {@code with} gives a changed copy.
 *
 * @param size how many processes
 * @param spares how many more wait, started, for the place of one that ends
 * @param maxTasksPerChild after how many tasks a process is replaced; 0 for never
 * @param taskTimeout how long a task may run before its process is killed and replaced; null for as
 *     long as it takes
 * @param initializer what each process does before its first task; null for nothing
 * @param process how the processes are started; their name is a prefix
 */
public record PoolOptions(
    int size,
    int spares,
    int maxTasksPerChild,
    @Nullable Duration taskTimeout,
    @Nullable SerializableAction initializer,
    ProcessOptions process) {
  private static final int MOST = 10_000;

  /** Checks. */
  public PoolOptions {
    Objects.requireNonNull(process);
    if (size < 1 || size > MOST) {
      throw new IllegalArgumentException(
          "a pool has 1 to " + MOST + " processes, not " + size + "; one a processor is usual");
    }
    if (spares < 0 || spares > MOST) {
      throw new IllegalArgumentException("a pool has 0 to " + MOST + " spares, not " + spares);
    }
    if (maxTasksPerChild < 0) {
      throw new IllegalArgumentException(
          "a process runs at least 1 task, or 0 for no limit, not " + maxTasksPerChild);
    }
    if (taskTimeout != null && (taskTimeout.isNegative() || taskTimeout.isZero())) {
      throw new IllegalArgumentException("a time-out must be more than 0, not " + taskTimeout);
    }
    if (process.spares() > 0) {
      throw new IllegalArgumentException(
          "the spares of a pool are its own; use PoolOptions.withSpares");
    }
    if (process.detached()
        || process.input() == ProcessOptions.Stream.PIPE
        || process.output() == ProcessOptions.Stream.PIPE
        || process.errors() == ProcessOptions.Stream.PIPE) {
      throw new IllegalArgumentException(
          "the processes of a pool end with it, and nobody could read their pipes");
    }
  }

  /** One process for each processor. */
  public static PoolOptions defaults() {
    return of(Runtime.getRuntime().availableProcessors());
  }

  /**
   * So many processes.
   *
   * @param size at least 1
   */
  public static PoolOptions of(int size) {
    return new PoolOptions(size, 0, 0, null, null, ProcessOptions.defaults());
  }

  /** With spares. */
  public PoolOptions withSpares(int spares) {
    return new PoolOptions(size, spares, maxTasksPerChild, taskTimeout, initializer, process);
  }

  /** With a limit of tasks for each process. */
  public PoolOptions withMaxTasksPerChild(int tasks) {
    return new PoolOptions(size, spares, tasks, taskTimeout, initializer, process);
  }

  /** With a limit of time for each task. */
  public PoolOptions withTaskTimeout(Duration timeout) {
    return new PoolOptions(size, spares, maxTasksPerChild, timeout, initializer, process);
  }

  /** With an initializer. */
  public PoolOptions withInitializer(SerializableAction initializer) {
    return new PoolOptions(size, spares, maxTasksPerChild, taskTimeout, initializer, process);
  }

  /** With a limit of the heap of each process, in bytes; whoever needs more breaks. */
  public PoolOptions withMaxHeap(long bytes) {
    return withProcess(process.withJvmArguments("-Xmx" + bytes));
  }

  /** With processes that are started otherwise. */
  public PoolOptions withProcess(ProcessOptions process) {
    return new PoolOptions(size, spares, maxTasksPerChild, taskTimeout, initializer, process);
  }
}
