package dev.loomlet;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Several awaitables in the order in which they end. One thread takes; any may end them. */
final class Completions<A extends Awaitable<?>> implements Listener, Iterable<A>, AutoCloseable {
  private final Set<A> awaited;
  private final boolean takesError;
  private final Guard guard = new Guard();
  private final WaitLine line = new WaitLine(guard);
  private final ArrayDeque<A> ended = new ArrayDeque<>();
  private final List<A> taken = new ArrayList<>();
  private boolean iterated;

  /**
   * Begins to listen.
   *
   * @param takesError whether their errors reach the caller
   */
  Completions(Collection<? extends A> awaitables, boolean takesError) {
    this.awaited = new LinkedHashSet<>(awaitables);
    this.takesError = takesError;
    for (A each : awaited) {
      if (!each.addListener(this)) {
        ended(each);
      }
    }
  }

  @Override
  public boolean takesError() {
    return takesError;
  }

  @Override
  @SuppressWarnings("unchecked") // it listens to nothing else
  public void ended(Awaitable<?> source) {
    guard.lock();
    ended.add((A) source);
    Waiter waiter = line.grantFirst();
    guard.unlock();
    WaitLine.wake(waiter);
  }

  /** The next that ends, or null if the time is over. */
  private @Nullable A next(long nanos) {
    Task.checkpoint();
    A first = poll(null);
    if (first != null || nanos <= 0) {
      return first;
    }
    Waiter waiter = new Waiter();
    first = poll(waiter);
    return first == null && line.await(waiter, this, nanos) ? poll(null) : first;
  }

  private @Nullable A poll(@Nullable Waiter orWait) {
    guard.lock();
    A first = ended.poll();
    if (first == null && orWait != null) {
      line.add(orWait);
    }
    guard.unlock();
    if (first != null) {
      taken.add(first);
    }
    return first;
  }

  /**
   * Takes until so many have ended, or all have, or one fits.
   *
   * @return false if the time was over before
   */
  boolean takeUntil(int count, long nanos, Predicate<A> enough) {
    // Also for those who need not wait, for instance because there is nothing to wait for.
    Task.checkpoint();
    TimeLimit limit = new TimeLimit(nanos);
    while (taken.size() < Math.min(count, awaited.size())) {
      A next = next(limit.left());
      if (next == null) {
        return false;
      }
      if (enough.test(next)) {
        return true;
      }
    }
    return true;
  }

  /** Those any of which the next wait may end with. Any thread, as an estimate. */
  List<A> pending() {
    return awaited.stream().filter(each -> !each.isDone()).toList();
  }

  /** Those taken so far. */
  List<A> taken() {
    return new ArrayList<>(taken);
  }

  @Override
  public Iterator<A> iterator() {
    if (iterated) {
      throw new IllegalStateException("the awaitables have been given already; ask anew");
    }
    iterated = true;
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return taken.size() < awaited.size();
      }

      @Override
      public A next() {
        A next = hasNext() ? Completions.this.next(Waiter.FOREVER) : null;
        if (next == null) {
          throw new NoSuchElementException("all have been given");
        }
        return next;
      }
    };
  }

  /** Stops listening. */
  @Override
  public void close() {
    for (A each : awaited) {
      each.removeListener(this);
    }
  }
}
