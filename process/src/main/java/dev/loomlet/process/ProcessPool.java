package dev.loomlet.process;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on a few processes: Python's {@code ProcessPoolExecutor} and {@code
 * multiprocessing.Pool}, as an {@code ExecutorService}.
 *
 * {@snippet :
 * try (ProcessPool pool = new ProcessPool(4)) {
 *   ProcessFuture<Integer> answer = pool.submit(() -> 6 * 7);
 *   List<Integer> squares = pool.map(x -> x * x, List.of(1, 2, 3));
 * }
 * }
 *
 * <p>Tasks and results are copied by serialisation. A task that cannot be sent, a result that
 * cannot, a process that ends in the middle: each is an error of that task's own future, and the
 * process is replaced. A task that runs too long can be killed.
 *
 * <p>All methods may be called in greenlets, which wait without stopping their loop, and on
 * threads. The pool has a thread with a loop of its own, on which its messages come and go. As with
 * other executors, the JVM does not end before the pool has been shut down.
 */
public final class ProcessPool extends AbstractExecutorService {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final long STATE_MILLIS = 200;

  private final PoolOptions options;
  private final String name;
  private final Loop loop;
  private final Dispatcher dispatcher;
  private final AsyncResult<@Nullable Void> terminated = new AsyncResult<>("end of a pool");
  private final ConcurrentLinkedQueue<ProcessFuture<?>> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean called = new AtomicBoolean();
  private final PoolClasses classes;
  private volatile boolean shutdown;

  /** As many processes as there are processors. */
  public ProcessPool() {
    this(PoolOptions.defaults());
  }

  /**
   * So many processes.
   *
   * @param size at least 1
   */
  public ProcessPool(int size) {
    this(PoolOptions.of(size));
  }

  /** Starts the processes; does not wait until they are up. */
  public ProcessPool(PoolOptions options) {
    this.options = options;
    String given = options.process().name();
    this.name = given != null ? given : "pool-" + COUNT.incrementAndGet();
    this.classes = new PoolClasses(name, options.process());
    SerializableAction initializer = options.initializer();
    if (initializer != null) {
      classes.of(initializer.getClass());
    }
    byte[] first =
        ObjectCodec.write(
            new Tasks.Start(initializer), "the initializer", options.process().maxMessage());
    CompletableFuture<Loop> started = new CompletableFuture<>();
    this.dispatcher = new Dispatcher(this, name, options, first);
    Thread.ofPlatform().name("loomlet-" + name).start(() -> manage(started));
    this.loop = started.join();
    Inventory.add(Inventory.POOLS, this, ProcessPool::state);
  }

  private void manage(CompletableFuture<Loop> started) {
    try {
      Launch.prepare();
      Loomlet.run(
          LoopOptions.defaults().withName(name),
          () -> {
            dispatcher.start();
            started.complete(Loop.current());
            dispatcher.awaitEnd();
          });
    } catch (Throwable e) {
      started.completeExceptionally(e);
    } finally {
      shutdown = true;
      for (ProcessFuture<?> each = inbox.poll(); each != null; each = inbox.poll()) {
        each.fail(refusal());
      }
      Inventory.remove(this);
      terminated.set(null);
    }
  }

  TaskClasses classes() {
    return classes.current();
  }

  /** On the loop: what was submitted meanwhile. */
  @Nullable ProcessFuture<?> pollInbox() {
    return inbox.poll();
  }

  private void dispatch() {
    called.set(false);
    dispatcher.dispatch();
  }

  private void call() {
    if (called.compareAndSet(false, true)) {
      loop.execute(this::dispatch);
    }
  }

  private RejectedExecutionException refusal() {
    return new RejectedExecutionException(
        "the pool " + name + " has been shut down and takes no more tasks; make another one");
  }

  private <T extends @Nullable Object> ProcessFuture<T> begin(ProcessFuture<T> future) {
    if (shutdown) {
      throw refusal();
    }
    if (!future.isDone()) {
      inbox.add(future);
      call();
    }
    return future;
  }

  private <T extends @Nullable Object> ProcessFuture<T> future(Object given, Object task) {
    TaskClasses known = classes.of(given.getClass());
    String text = "task of " + name;
    try {
      byte[] bytes = CompactCodec.write(task, "the task", options.process().maxMessage());
      return new ProcessFuture<>(this, text, known, bytes);
    } catch (IllegalArgumentException e) {
      ProcessFuture<T> future = new ProcessFuture<>(this, text, known, null);
      future.fail(e);
      return future;
    }
  }

  /**
   * Has a task run in one of the processes. Does not wait.
   *
   * @param task serialisable, with all that it captures; if it is not, the future has the error
   * @throws RejectedExecutionException after a shutdown
   */
  public <T extends @Nullable Object> ProcessFuture<T> submit(SerializableCallable<T> task) {
    return begin(future(task, task));
  }

  /** As {@link #submit(SerializableCallable)}, for code without a result. */
  public ProcessFuture<@Nullable Void> submit(SerializableRunnable task) {
    return begin(future(task, new Tasks.Run<@Nullable Void>(task, null)));
  }

  /**
   * As {@link #submit(SerializableCallable)}.
   *
   * @throws IllegalArgumentException if it is not serialisable
   */
  @Override
  public <T extends @Nullable Object> ProcessFuture<T> submit(Callable<T> task) {
    return begin((ProcessFuture<T>) newTaskFor(task));
  }

  /**
   * Has a task run in one of the processes; what it throws is lost.
   *
   * @param task serialisable
   */
  @Override
  public void execute(Runnable task) {
    if (task instanceof ProcessFuture<?> future) {
      begin(future);
    } else {
      begin((ProcessFuture<@Nullable Void>) this.<@Nullable Void>newTaskFor(task, null));
    }
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> task) {
    requireSerializable(task);
    return future(task, new Tasks.Call<>(task));
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable task, T value) {
    requireSerializable(task);
    return future(task, new Tasks.Run<>(task, value));
  }

  private static void requireSerializable(Object task) {
    if (!(Objects.requireNonNull(task) instanceof Serializable)) {
      throw new IllegalArgumentException(
          "a task for another process must be serialisable; give a SerializableCallable or"
              + " SerializableRunnable, of which a lambda is serialisable");
    }
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try {
      return invokeAny(tasks, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("there is no limit", e);
    }
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("there is no task of which one could succeed");
    }
    return new FirstResult<T>(tasks.size()).of(tasks, this::submit, timeout, unit);
  }

  private <A extends @Nullable Object, B extends @Nullable Object> ChunkedMap<A, B> mapping(
      Object given, SerializableFunction<A, B> function) {
    return new ChunkedMap<>(
        function, options.size(), task -> begin(this.<List<B>>future(given, task)));
  }

  /**
   * Applies a function to each item, in chunks of a fitting size. Waits.
   *
   * @return the results in the order of the items
   * @throws ExecutionException with the first error as the cause; the rest is cancelled then
   */
  public <A extends @Nullable Object, B extends @Nullable Object> List<B> map(
      SerializableFunction<A, B> function, Collection<? extends A> items)
      throws InterruptedException, ExecutionException {
    return mapping(function, function).map(items, 0);
  }

  /**
   * As {@link #map(SerializableFunction, Collection)}.
   *
   * @param chunkSize how many items make one task, at least 1
   */
  public <A extends @Nullable Object, B extends @Nullable Object> List<B> map(
      SerializableFunction<A, B> function, Collection<? extends A> items, int chunkSize)
      throws InterruptedException, ExecutionException {
    ChunkedMap.checkChunkSize(chunkSize);
    return mapping(function, function).map(items, chunkSize);
  }

  /**
   * As {@link #map(SerializableFunction, Collection)}, for a function of two arguments.
   *
   * @param arguments of each call
   */
  public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
      List<C> starmap(
          SerializableBiFunction<A, B, C> function,
          Collection<? extends Map.Entry<? extends A, ? extends B>> arguments)
          throws InterruptedException, ExecutionException {
    List<Tasks.Pair<A, B>> pairs = new ArrayList<>();
    for (Map.Entry<? extends A, ? extends B> each : arguments) {
      pairs.add(new Tasks.Pair<>(each.getKey(), each.getValue()));
    }
    return mapping(function, new Tasks.OfPair<>(function)).map(pairs, 0);
  }

  /**
   * Applies a function to each item and gives the results in the order of the items, as they come.
   * Items are read, and tasks begun, only a little ahead of the results, so there may be endlessly
   * many. The error of a chunk comes out of {@code next} as a {@link PoolTaskException}; one can go
   * on after it.
   *
   * @param chunkSize how many items make one task, at least 1
   */
  public <A extends @Nullable Object, B extends @Nullable Object> Iterator<B> imap(
      SerializableFunction<A, B> function, Iterable<? extends A> items, int chunkSize) {
    return mapping(function, function).results(items, chunkSize, true);
  }

  /** As {@link #imap}, in the order in which the results come. */
  public <A extends @Nullable Object, B extends @Nullable Object> Iterator<B> imapUnordered(
      SerializableFunction<A, B> function, Iterable<? extends A> items, int chunkSize) {
    return mapping(function, function).results(items, chunkSize, false);
  }

  void cancelled(ProcessFuture<?> future, boolean kill) {
    onLoop(() -> dispatcher.cancelled(future, kill));
  }

  private void onLoop(Runnable work) {
    if (terminated.isDone()) {
      return;
    }
    try {
      loop.execute(work);
    } catch (RejectedExecutionException e) {
      // It has ended meanwhile, and so has all that it had to do.
    }
  }

  /** Kills all processes, with the tasks that they run, and replaces them. Does not wait. */
  public void killWorkers() {
    onLoop(dispatcher::killWorkers);
  }

  /** For whoever looks from outside. Waits a little. */
  private Map<String, Object> state() {
    CompletableFuture<Map<String, Object>> state = new CompletableFuture<>();
    onLoop(() -> state.complete(dispatcher.state()));
    Map<String, Object> unknown = Map.of("name", name, "size", options.size());
    return state.completeOnTimeout(unknown, STATE_MILLIS, TimeUnit.MILLISECONDS).join();
  }

  /** How many processes can take tasks at the moment; an estimate. */
  public int readyCount() {
    return dispatcher.readyCount();
  }

  /** Takes no more tasks, and ends when all that there are have ended. Does not wait. */
  @Override
  public void shutdown() {
    shutdown(false);
  }

  /**
   * Takes no more tasks. Does not wait.
   *
   * @param cancelPending whether those that have not begun are cancelled
   */
  public void shutdown(boolean cancelPending) {
    shutdown = true;
    onLoop(() -> dispatcher.shutdown(cancelPending, false));
  }

  /**
   * Takes no more tasks, cancels those that have not begun, and kills the processes. Does not wait.
   *
   * @return those that have not begun
   */
  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    if (terminated.isDone()) {
      return List.of();
    }
    try {
      return loop.call(() -> dispatcher.shutdown(true, true));
    } catch (RejectedExecutionException e) {
      return List.of(); // it has ended meanwhile
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return terminated.isDone();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    try {
      terminated.get(timeout, unit);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError("nothing is wrong with the end of a pool", e);
    }
  }

  /**
   * Shuts down, and waits for the tasks and the end of the processes. If the caller is cancelled or
   * interrupted meanwhile, the processes are killed.
   */
  @Override
  public void close() {
    shutdown();
    try {
      terminated.join();
    } catch (Throwable e) {
      shutdownNow();
      throw e;
    }
  }

  /** As {@link #awaitTermination(long, TimeUnit)}. */
  public boolean awaitTermination(Duration timeout) throws InterruptedException {
    return awaitTermination(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public String toString() {
    return "ProcessPool[" + name + ", " + options.size() + (shutdown ? ", shut down]" : "]");
  }
}
