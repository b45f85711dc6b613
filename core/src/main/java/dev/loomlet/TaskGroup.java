package dev.loomlet;

import dev.loomlet.wait.Task;
import dev.loomlet.wait.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Greenlets that end before the block that started them does; asyncio's {@code TaskGroup}, trio's
 * nursery.
 *
 * {@snippet :
 * TaskGroup.run(group -> {
 *   group.spawn(() -> serve(left));
 *   group.spawn(() -> serve(right));
 * }); // here both have ended
 * }
 *
 * <p>If a child or the block fails, everything else in the group is cancelled, and when all of it
 * has ended {@code run} throws one {@link TaskGroupException} with all errors. A cancelled child is
 * no failure. Whatever the block spawns and the scopes around it do: no child outlives {@code run}.
 *
 * <p>Children may spawn siblings. A group belongs to the loop of the greenlet that runs it; its
 * methods are called there.
 */
public final class TaskGroup {
  private final Loop loop;
  private final CancelScope scope = new CancelScope();
  private final List<Throwable> errors = new ArrayList<>();
  private @Nullable Greenlet<?> firstChild;
  private int children;
  private boolean finished;

  /** What ended the block and goes on to the caller as it is. */
  private @Nullable Error ending;

  /** What the block has returned; it counts although the wait for the children was cut short. */
  private @Nullable Object blockValue;

  /** Waits for the last child. */
  private @Nullable Waiter host;

  private TaskGroup(Loop loop) {
    this.loop = loop;
    scope.group = this;
  }

  /** The block of a group. */
  @FunctionalInterface
  public interface Block<T extends @Nullable Object> {
    /**
     * Runs in the greenlet that opened the group.
     *
     * @param group to spawn in
     * @throws Exception whatever goes wrong; it cancels the children
     */
    T run(TaskGroup group) throws Exception;
  }

  /** A block without a result. */
  @FunctionalInterface
  public interface Body {
    /** As {@link Block#run}. */
    void run(TaskGroup group) throws Exception;
  }

  /**
   * Opens a group, runs a block in it, and waits until every child has ended.
   *
   * @throws TaskGroupException with everything that failed, the block included
   * @throws Cancelled if the caller is cancelled; errors of children are then suppressed in it, as
   *     they are in a {@link Timeout} of the caller's
   */
  public static void run(Body block) throws TaskGroupException {
    TaskGroup.<@Nullable Void>call(
        group -> {
          block.run(group);
          return null;
        });
  }

  /**
   * As {@link #run}, for a block with a result.
   *
   * @return what the block returns; null if {@link #cancel} cut the block short
   */
  @SuppressWarnings("NullAway") // T says itself whether it may be null
  public static <T extends @Nullable Object> T call(Block<? extends T> block)
      throws TaskGroupException {
    Greenlet<?> self = Greenlet.current();
    if (self == null) {
      try {
        return Loop.current().callInGreenlet(() -> call(block));
      } catch (TaskGroupException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError("a task group throws no other checked exception", e);
      }
    }
    TaskGroup group = new TaskGroup(self.loop());
    return group.host(block);
  }

  @SuppressWarnings("unchecked") // it is what the block returned
  private <T extends @Nullable Object> @Nullable T host(Block<? extends T> block)
      throws TaskGroupException {
    try {
      scope.run(() -> runBlock(block));
    } catch (Cancelled e) {
      // By a scope around this one.
      ending = e;
    } catch (Exception e) {
      throw new AssertionError("the block's errors are collected", e);
    }
    if (ending != null) {
      errors.forEach(ending::addSuppressed);
      throw ending;
    }
    if (!errors.isEmpty()) {
      throw new TaskGroupException(errors);
    }
    return (T) blockValue;
  }

  private void runBlock(Block<?> block) {
    @Nullable Cancelled byScope = null;
    try {
      blockValue = block.run(this);
    } catch (Throwable e) {
      byScope = blockEnded(e);
    }
    try {
      awaitChildren();
    } catch (Throwable e) {
      Cancelled cancelled = blockEnded(e);
      byScope = byScope == null ? cancelled : byScope;
      awaitChildrenUncancellably();
    }
    finished = true;
    if (byScope != null) {
      throw byScope;
    }
  }

  /**
   * Sorts what ended the block: a failure is collected; what is meant for the caller, who is killed
   * or has run out of time, is kept for him; what is meant for a scope is returned.
   */
  private @Nullable Cancelled blockEnded(Throwable error) {
    scope.cancel();
    Throwable meaning =
        error instanceof InterruptedException interrupted
            ? Objects.requireNonNull(Greenlet.current()).task().meaningOf(interrupted)
            : error;
    if (meaning instanceof Cancelled cancelled && cancelled.origin() == Cancelled.Cause.SCOPE) {
      return cancelled;
    }
    if (meaning instanceof Cancelled || meaning instanceof Timeout) {
      ending = (Error) meaning;
    } else {
      errors.add(meaning);
    }
    return null;
  }

  private void awaitChildren() {
    while (children > 0) {
      Waiter waiter = new Waiter();
      host = waiter;
      try {
        if (waiter.await(this, Waiter.FOREVER) == Waiter.Outcome.CANCELLED) {
          Task.checkpoint();
        }
      } finally {
        host = null;
      }
    }
  }

  private void awaitChildrenUncancellably() {
    while (children > 0) {
      Waiter waiter = new Waiter();
      host = waiter;
      waiter.awaitUncancellably(this);
      host = null;
    }
  }

  private void fail(Throwable error) {
    errors.add(error);
    scope.cancel();
  }

  /**
   * Starts a child. Does not wait.
   *
   * @throws IllegalStateException if the group has ended, or on another thread than its loop's
   */
  public <T extends @Nullable Object> Greenlet<T> spawn(Callable<? extends T> body) {
    return adopt(new Greenlet<>(loop, null, true, body));
  }

  /** As {@link #spawn(Callable)}, for code without a result. */
  public Greenlet<@Nullable Void> spawn(Action body) {
    return spawn(Loop.callable(body));
  }

  /**
   * As {@link #spawn(Callable)}, with a name.
   *
   * @param name also the name of its thread
   */
  public <T extends @Nullable Object> Greenlet<T> spawn(String name, Callable<? extends T> body) {
    return adopt(new Greenlet<>(loop, name, true, body));
  }

  /** As {@link #spawn(String, Callable)}, for code without a result. */
  public Greenlet<@Nullable Void> spawn(String name, Action body) {
    return spawn(name, Loop.callable(body));
  }

  private <T extends @Nullable Object> Greenlet<T> adopt(Greenlet<T> child) {
    if (!loop.isOnThread()) {
      throw new IllegalStateException(
          "a task group spawns on its own " + loop + " only; use Loop.call to get there");
    }
    if (finished) {
      throw new IllegalStateException("this task group has ended");
    }
    Greenlet<?> before = firstChild;
    child.nextInGroup = before;
    if (before != null) {
      before.previousInGroup = child;
    }
    firstChild = child;
    child.group = this;
    children++;
    child.task().setScope(scope);
    loop.start(child);
    return child;
  }

  /** What a child does that tells its starter when it is ready. */
  @FunctionalInterface
  public interface Service<V extends @Nullable Object> {
    /**
     * Runs as a child of the group.
     *
     * @param started is to be called once, when the starter may go on
     * @throws Exception whatever goes wrong; before the call it is the starter's, afterwards the
     *     group's
     */
    void run(Started<V> started) throws Exception;
  }

  /** Tells the starter of a child that it is ready. */
  @FunctionalInterface
  public interface Started<V extends @Nullable Object> {
    /**
     * Lets the starter go on. Does not wait.
     *
     * @param value what the starter gets
     * @throws IllegalStateException if it was called before
     */
    void started(V value);
  }

  /**
   * Starts a child and waits until it says that it is ready, for instance that it listens; trio's
   * {@code nursery.start}. If the caller is cancelled while it waits, so is the child.
   *
   * @return what the child gave to {@code started}
   * @throws Exception what the child throws before it is ready, unchanged
   * @throws IllegalStateException if the child ends without having been ready
   */
  public <V extends @Nullable Object> V start(Service<V> service) throws Exception {
    AsyncResult<V> ready = new AsyncResult<>("the start of a child");
    Greenlet<?> child =
        spawn(
            () -> {
              try {
                service.run(
                    value -> {
                      if (!ready.set(value)) {
                        throw new IllegalStateException("started was called twice");
                      }
                    });
              } catch (Throwable e) {
                if (!ready.setException(e)) {
                  throw e;
                }
                return;
              }
              ready.setException(
                  new IllegalStateException(
                      "the child "
                          + Objects.requireNonNull(Greenlet.current()).name()
                          + " ended without calling started"));
            });
    try {
      ready.awaitEnd(true, Waiter.FOREVER);
    } catch (Throwable e) {
      // Cancelled, or an error that was thrown into it, such as a Timeout.
      child.cancel(true);
      throw e;
    }
    return ready.unwrap();
  }

  /** A child has ended. On the loop, or where a child is given up that never ran. */
  void childEnded(Greenlet<?> child, Awaitable.End end, @Nullable Object outcome) {
    Greenlet<?> before = child.previousInGroup;
    Greenlet<?> behind = child.nextInGroup;
    if (before == null) {
      firstChild = behind;
    } else {
      before.nextInGroup = behind;
    }
    if (behind != null) {
      behind.previousInGroup = before;
    }
    child.nextInGroup = null;
    child.previousInGroup = null;
    child.group = null;
    children--;
    if (end == Awaitable.End.FAILED) {
      fail((Throwable) Objects.requireNonNull(outcome));
    }
    Waiter waiting = host;
    if (children == 0 && waiting != null && !waiting.isGranted()) {
      waiting.grant();
      waiting.wake();
    }
  }

  /** Who opened it, while it is open. Any thread, as an estimate. */
  @Nullable Greenlet<?> hostGreenlet() {
    return scope.ownerGreenlet();
  }

  /** Whose end the host waits for. Any thread, as an estimate. */
  List<Thread> childThreads() {
    List<Thread> threads = new ArrayList<>();
    for (Greenlet<?> each = firstChild;
        each != null && threads.size() <= children;
        each = each.nextInGroup) {
      threads.add(each.thread());
    }
    return threads;
  }

  void refreshChildren() {
    for (Greenlet<?> each = firstChild; each != null; each = each.nextInGroup) {
      each.task().refresh();
    }
  }

  /** Cancels the block and all children; {@code run} then returns normally. Does not wait. */
  public void cancel() {
    scope.cancel();
  }

  /** The scope around the block and all children, for deadlines. */
  public CancelScope scope() {
    return scope;
  }

  /** How many children have not ended. */
  public int size() {
    return children;
  }

  @Override
  public String toString() {
    return "TaskGroup[" + children + " children]";
  }
}
