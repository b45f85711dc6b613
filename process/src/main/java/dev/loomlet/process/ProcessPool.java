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
  private static final int CHUNKS_PER_PROCESS = 4;

  private final PoolOptions options;
  private final String name;
  private final Loop loop;
  private final Dispatcher dispatcher;
  private final AsyncResult<@Nullable Void> terminated = new AsyncResult<>("end of a pool");
  private final ConcurrentLinkedQueue<ProcessFuture<?>> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean called = new AtomicBoolean();
  private final Object classesLock = new Object();
  private volatile TaskClasses classes;
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
    this.classes = classesOf(SerializableAction.class, List.of());
    CompletableFuture<Loop> started = new CompletableFuture<>();
    byte[] first =
        ObjectCodec.write(
            new Start(options.initializer()), "the initializer", options.process().maxMessage());
    SerializableAction initializer = options.initializer();
    if (initializer != null) {
      learn(initializer.getClass());
    }
    this.dispatcher = new Dispatcher(this, name, options, first);
    Thread.ofPlatform().name("loomlet-" + name).start(() -> manage(started));
    this.loop = started.join();
  }

  /** What a process is asked first, so that it is known when it is ready. */
  private record Start(@Nullable SerializableAction initializer)
      implements SerializableCallable<@Nullable Void> {
    @Override
    public @Nullable Void call() throws Exception {
      if (initializer != null) {
        initializer.run();
      }
      return null;
    }
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
      terminated.set(null);
    }
  }

  private TaskClasses classesOf(Class<?> type, List<String> before) {
    List<String> allowed = new ArrayList<>(before.isEmpty() ? options.process().allowed() : before);
    String pattern = ObjectFilter.patternOf(type);
    if (!allowed.contains(pattern)) {
      allowed.add(pattern);
    }
    ClassLoader loader = type.getClassLoader();
    byte[] hello = JavaProcess.hello(name, options.process(), allowed, type);
    return new TaskClasses(loader, allowed, hello, new ObjectCodec(loader, allowed));
  }

  /** The classes for tasks of a type. */
  private TaskClasses learn(Class<?> type) {
    TaskClasses known = classes;
    String pattern = ObjectFilter.patternOf(type);
    if (known.loader() == type.getClassLoader() && known.allowed().contains(pattern)) {
      return known;
    }
    synchronized (classesLock) {
      known = classes;
      if (known.loader() != type.getClassLoader() || !known.allowed().contains(pattern)) {
        known = classesOf(type, known.allowed());
        classes = known;
      }
      return known;
    }
  }

  TaskClasses classes() {
    return classes;
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

  private <T extends @Nullable Object> ProcessFuture<T> future(Object type, Object task) {
    TaskClasses known = learn(type.getClass());
    String text = "task of " + name;
    try {
      byte[] bytes = ObjectCodec.write(task, "the task", options.process().maxMessage());
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
    return begin(future(task, new Run<@Nullable Void>(task, null)));
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
    return future(task, new Call<>(task));
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable task, T value) {
    requireSerializable(task);
    return future(task, new Run<>(task, value));
  }

  private static void requireSerializable(Object task) {
    if (!(Objects.requireNonNull(task) instanceof Serializable)) {
      throw new IllegalArgumentException(
          "a task for another process must be serialisable; give a SerializableCallable or"
              + " SerializableRunnable, of which a lambda is serialisable");
    }
  }

  private record Call<T extends @Nullable Object>(Callable<T> task)
      implements SerializableCallable<T> {
    @Override
    public T call() throws Exception {
      return task.call();
    }
  }

  private record Run<T extends @Nullable Object>(Runnable task, T value)
      implements SerializableCallable<T> {
    @Override
    public T call() {
      task.run();
      return value;
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
    AsyncResult<T> first = new AsyncResult<>("first of " + tasks.size());
    List<ProcessFuture<T>> futures = new ArrayList<>();
    AtomicInteger left = new AtomicInteger(tasks.size());
    try {
      for (Callable<T> task : tasks) {
        ProcessFuture<T> future = submit(task);
        futures.add(future);
        future
            .result()
            .toCompletableFuture()
            .whenComplete(
                (value, error) -> {
                  if (error == null) {
                    first.set(value);
                  } else if (left.decrementAndGet() == 0) {
                    first.setException(error);
                  }
                });
      }
      return first.get(timeout, unit);
    } finally {
      futures.forEach(each -> each.cancel(true));
    }
  }

  /** A part of the items of a map. */
  private record Chunk<A extends @Nullable Object, B extends @Nullable Object>(
      SerializableFunction<A, B> function, ArrayList<A> items)
      implements SerializableCallable<List<B>> {
    @Override
    public List<B> call() throws Exception {
      List<B> results = new ArrayList<>(items.size());
      for (int i = 0; i < items.size(); i++) {
        results.add(function.apply(items.get(i)));
      }
      return results;
    }
  }

  /** A function of pairs. */
  private record OfPair<
          A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>(
      SerializableBiFunction<A, B, C> function) implements SerializableFunction<Pair<A, B>, C> {
    @Override
    public C apply(Pair<A, B> pair) throws Exception {
      return function.apply(pair.first(), pair.second());
    }
  }

  private record Pair<A extends @Nullable Object, B extends @Nullable Object>(A first, B second)
      implements Serializable {}

  private <A extends @Nullable Object, B extends @Nullable Object> ProcessFuture<List<B>> chunk(
      Object function, SerializableFunction<A, B> applied, List<A> items) {
    return begin(future(function, new Chunk<>(applied, new ArrayList<>(items))));
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
    int most = options.size() * CHUNKS_PER_PROCESS;
    return map(function, items, Math.max(1, (items.size() + most - 1) / most));
  }

  /**
   * As {@link #map(SerializableFunction, Collection)}.
   *
   * @param chunkSize how many items make one task, at least 1
   */
  public <A extends @Nullable Object, B extends @Nullable Object> List<B> map(
      SerializableFunction<A, B> function, Collection<? extends A> items, int chunkSize)
      throws InterruptedException, ExecutionException {
    return map(function, function, items, chunkSize);
  }

  private <A extends @Nullable Object, B extends @Nullable Object> List<B> map(
      Object given,
      SerializableFunction<A, B> function,
      Collection<? extends A> items,
      int chunkSize)
      throws InterruptedException, ExecutionException {
    checkChunkSize(chunkSize);
    List<ProcessFuture<List<B>>> futures = new ArrayList<>();
    try {
      Iterator<? extends A> all = items.iterator();
      while (all.hasNext()) {
        futures.add(chunk(given, function, take(all, chunkSize)));
      }
      List<B> results = new ArrayList<>(items.size());
      for (ProcessFuture<List<B>> each : futures) {
        results.addAll(each.get());
      }
      return results;
    } finally {
      futures.forEach(each -> each.cancel(false));
    }
  }

  private static void checkChunkSize(int chunkSize) {
    if (chunkSize < 1) {
      throw new IllegalArgumentException("a chunk has at least 1 item, not " + chunkSize);
    }
  }

  private static <A extends @Nullable Object> List<A> take(Iterator<? extends A> items, int count) {
    List<A> taken = new ArrayList<>();
    while (taken.size() < count && items.hasNext()) {
      taken.add(items.next());
    }
    return taken;
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
    List<Pair<A, B>> pairs = new ArrayList<>();
    for (Map.Entry<? extends A, ? extends B> each : arguments) {
      pairs.add(new Pair<>(each.getKey(), each.getValue()));
    }
    int most = options.size() * CHUNKS_PER_PROCESS;
    int chunkSize = Math.max(1, (pairs.size() + most - 1) / most);
    return map(function, new OfPair<>(function), pairs, chunkSize);
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
    checkChunkSize(chunkSize);
    return new ChunkResults<>(
        items.iterator(),
        2 * options.size(),
        true,
        all -> chunk(function, function, take(all, chunkSize)));
  }

  /** As {@link #imap}, in the order in which the results come. */
  public <A extends @Nullable Object, B extends @Nullable Object> Iterator<B> imapUnordered(
      SerializableFunction<A, B> function, Iterable<? extends A> items, int chunkSize) {
    checkChunkSize(chunkSize);
    return new ChunkResults<>(
        items.iterator(),
        2 * options.size(),
        false,
        all -> chunk(function, function, take(all, chunkSize)));
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
