package dev.loomlet;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The results of {@link Workers#imap} and {@link Workers#imapUnordered}, as they come.
 *
 * <p>{@link #hasNext} and {@link #next} wait. The error of a task comes out of the {@code next}
 * that would have given its result; one can go on after it. Whoever stops before the end closes it,
 * so that what is left is cancelled:
 *
 * {@snippet :
 * try (Results<Page> pages = pool.imapUnordered(this::fetch, addresses, 10)) {
 *   for (Page page : pages) {
 *     if (page.isFound()) {
 *       return page;
 *     }
 *   }
 * }
 * }
 *
 * <p>Results may be taken on any thread that may wait, by one at a time.
 *
 * @param <T> type of a result
 */
@SuppressWarnings("IterableAndIterator") // can be read once, and a loop over it is natural
public final class Results<T extends @Nullable Object>
    implements Iterator<T>, Iterable<T>, AutoCloseable {
  private final Workers workers;
  private final boolean ordered;
  private final int readAhead;
  private final Guard guard = new Guard();
  private final WaitLine taker = new WaitLine(guard);
  private final WaitLine producer = new WaitLine(guard);

  /** Ordered: all that were begun and not taken. Else those of them that have ended. */
  private final ArrayDeque<Awaitable<T>> queue = new ArrayDeque<>();

  /** Begun and not ended. */
  private final Set<Awaitable<T>> running = new LinkedHashSet<>();

  /** Begun and not taken. */
  private int begun;

  private boolean exhausted;
  private volatile boolean closed;
  private @Nullable Throwable sourceError;
  private final Greenlet<?> feeder;

  <A extends @Nullable Object> Results(
      Workers workers,
      boolean ordered,
      int readAhead,
      Mapping<? super A, ? extends T> mapping,
      Iterable<? extends A> source) {
    if (readAhead < 1) {
      throw new IllegalArgumentException(
          "with a maxsize of " + readAhead + " no task could begin; give at least 1");
    }
    Objects.requireNonNull(mapping);
    Objects.requireNonNull(source);
    this.workers = workers;
    this.ordered = ordered;
    this.readAhead = readAhead;
    this.feeder = Loop.current().spawn("feeder of " + workers, () -> feed(mapping, source));
  }

  /** Begins a task for each item, as far as there is room. In a greenlet of its own. */
  private <A extends @Nullable Object> void feed(
      Mapping<? super A, ? extends T> mapping, Iterable<? extends A> source) {
    Throwable error = null;
    try {
      Iterator<? extends A> items = source.iterator();
      try {
        awaitRoom();
        while (items.hasNext()) {
          A item = items.next();
          begin(workers.begin(() -> run(mapping, item)));
          awaitRoom();
        }
      } finally {
        if (items instanceof AutoCloseable closeable) {
          closeable.close();
        }
      }
    } catch (Throwable e) {
      error = e;
    }
    Waiter waiting;
    guard.lock();
    exhausted = true;
    sourceError = closed ? null : error;
    waiting = taker.grantFirst();
    guard.unlock();
    WaitLine.wake(waiting);
  }

  private <A extends @Nullable Object> T run(Mapping<? super A, ? extends T> mapping, A item)
      throws Exception {
    if (closed) {
      // Begun just before it could be given up.
      throw new CancellationException("the results have been closed");
    }
    return mapping.apply(item);
  }

  private void awaitRoom() {
    while (true) {
      Task.checkpoint();
      Waiter waiter = new Waiter();
      guard.lock();
      boolean room = begun < readAhead;
      if (!room) {
        producer.add(waiter);
      }
      guard.unlock();
      if (room) {
        return;
      }
      producer.await(waiter, this, Waiter.FOREVER);
    }
  }

  private void begin(Awaitable<T> task) {
    Waiter waiting = null;
    guard.lock();
    boolean dropped = closed;
    if (!dropped) {
      begun++;
      running.add(task);
      if (ordered) {
        queue.add(task);
        waiting = taker.grantFirst();
      }
    }
    guard.unlock();
    WaitLine.wake(waiting);
    if (dropped) {
      workers.giveUp(task);
    } else if (!task.addListener(new End(task))) {
      ended(task);
    }
  }

  /** Hears that a task has ended; its error comes out of {@link #next}. */
  private final class End implements Listener {
    private final Awaitable<T> task;

    End(Awaitable<T> task) {
      this.task = task;
    }

    @Override
    public void ended(Awaitable<?> source) {
      Results.this.ended(task);
    }

    @Override
    public boolean takesError() {
      return true;
    }
  }

  private void ended(Awaitable<T> task) {
    Waiter waiting = null;
    guard.lock();
    running.remove(task);
    if (!ordered && !closed) {
      queue.add(task);
      waiting = taker.grantFirst();
    }
    guard.unlock();
    WaitLine.wake(waiting);
  }

  /**
   * Whether there is another result or error. Waits until that is known, but not for the result.
   *
   * @throws Cancelled if the caller is cancelled
   */
  @Override
  public boolean hasNext() {
    Task.checkpoint();
    while (true) {
      Waiter waiter = new Waiter();
      guard.lock();
      boolean present = !queue.isEmpty();
      boolean over = closed || (exhausted && begun == 0);
      present |= over && sourceError != null;
      if (!present && !over) {
        taker.add(waiter);
      }
      guard.unlock();
      if (present || over) {
        return present;
      }
      taker.await(waiter, this, Waiter.FOREVER);
    }
  }

  /**
   * The next result. Waits for it.
   *
   * @throws CompletionException with the task's error, or that of the source, as its cause
   * @throws CancellationException if the task was cancelled
   * @throws NoSuchElementException if there is none
   * @throws Cancelled if the caller is cancelled; the result is then still there
   */
  @Override
  @SuppressWarnings("NullAway") // T says itself whether it may be null
  public T next() {
    Awaitable<T> task = hasNext() ? await() : null;
    if (task == null) {
      throw endOfSource();
    }
    Throwable error = task.exception();
    if (error == null) {
      return task.value();
    }
    throw task.isCancelled() ? cancelled(task.describe(), error) : new CompletionException(error);
  }

  /** The task whose result is next, when it has ended; null if only an error is left. */
  private @Nullable Awaitable<T> await() {
    guard.lock();
    Awaitable<T> task = queue.peek();
    guard.unlock();
    if (task == null) {
      return null;
    }
    task.awaitEnd(true, Waiter.FOREVER);
    guard.lock();
    Waiter waiting = null;
    if (queue.peek() == task) {
      queue.remove();
      begun--;
      waiting = producer.poll();
      if (waiting != null) {
        waiting.grant();
      }
    }
    guard.unlock();
    WaitLine.wake(waiting);
    return task;
  }

  private RuntimeException endOfSource() {
    guard.lock();
    Throwable error = sourceError;
    sourceError = null;
    guard.unlock();
    if (error == null) {
      return new NoSuchElementException("all results have been taken");
    }
    return error instanceof Cancelled
        ? cancelled("the source of the items", error)
        : new CompletionException(error);
  }

  private static CancellationException cancelled(String what, Throwable why) {
    CancellationException cancelled = new CancellationException(what + " was cancelled");
    cancelled.initCause(why);
    return cancelled;
  }

  /** This itself: the results can be taken once. */
  @Override
  public Iterator<T> iterator() {
    return this;
  }

  /** The results as a sequential stream; closing it closes this. */
  public Stream<T> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(this, ordered ? Spliterator.ORDERED : 0), false)
        .onClose(this::close);
  }

  /**
   * Takes no more items and gives up what has not ended: greenlets are cancelled, work on threads
   * is dropped if it has not begun. Does not wait for that. Nothing is left to take afterwards.
   */
  @Override
  public void close() {
    List<Awaitable<T>> left;
    Waiter waiting;
    guard.lock();
    closed = true;
    sourceError = null;
    left = new ArrayList<>(running);
    queue.clear();
    begun = 0;
    waiting = taker.grantFirst();
    guard.unlock();
    WaitLine.wake(waiting);
    feeder.cancel(true);
    left.forEach(workers::giveUp);
  }

  @Override
  public String toString() {
    return "Results[" + workers + "]";
  }
}
