package dev.loomlet;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The items of a {@link Flow.Publisher}, to be read one after another; made by {@link
 * Flows#subscribe}. {@link #hasNext} waits. Items are requested as they are taken, so a publisher
 * that keeps the rules is never further ahead than the size of the buffer.
 *
 * <p>The publisher may call on any thread. Items may be taken on any thread that may wait, by one
 * at a time.
 *
 * @param <T> type of the items
 */
@SuppressWarnings("IterableAndIterator") // can be read once, and a loop over it is natural
public final class FlowReader<T> implements Iterator<T>, Iterable<T>, AutoCloseable {
  private final int capacity;

  /** More are requested when so many have been taken. */
  private final int batch;

  private final Guard guard = new Guard();
  private final WaitLine taker = new WaitLine(guard);
  private final ArrayDeque<T> buffer;
  private Flow.@Nullable Subscription subscription;
  private boolean ended;
  private @Nullable Throwable error;
  private int taken;

  FlowReader(int bufferSize) {
    if (bufferSize < 1) {
      throw new IllegalArgumentException(
          "a buffer of " + bufferSize + " can take no item; give at least 1");
    }
    this.capacity = bufferSize;
    this.batch = Math.max(1, bufferSize / 2);
    this.buffer = new ArrayDeque<>(Math.min(bufferSize, 64));
  }

  Flow.Subscriber<T> subscriber() {
    return new Inlet();
  }

  /** What the publisher sees. */
  private final class Inlet implements Flow.Subscriber<T> {
    @Override
    public void onSubscribe(Flow.Subscription given) {
      Objects.requireNonNull(given);
      guard.lock();
      boolean wanted = subscription == null && !ended;
      if (subscription == null) {
        subscription = given;
      }
      guard.unlock();
      if (wanted) {
        given.request(capacity);
      } else {
        given.cancel();
      }
    }

    @Override
    public void onNext(T item) {
      Objects.requireNonNull(item);
      boolean tooMany = false;
      Waiter waiting = null;
      guard.lock();
      if (!ended) {
        tooMany = buffer.size() >= capacity;
        if (!tooMany) {
          buffer.add(item);
          waiting = taker.grantFirst();
        }
      }
      guard.unlock();
      WaitLine.wake(waiting);
      if (tooMany) {
        end(new IllegalStateException("the publisher sent more than the requested " + capacity));
        cancelSubscription();
      }
    }

    @Override
    public void onError(Throwable given) {
      end(Objects.requireNonNull(given));
    }

    @Override
    public void onComplete() {
      end(null);
    }
  }

  private void end(@Nullable Throwable reason) {
    Waiter waiting = null;
    guard.lock();
    if (!ended) {
      ended = true;
      error = reason;
      waiting = taker.grantFirst();
    }
    guard.unlock();
    WaitLine.wake(waiting);
  }

  private void cancelSubscription() {
    guard.lock();
    Flow.Subscription current = subscription;
    guard.unlock();
    if (current != null) {
      current.cancel();
    }
  }

  /**
   * Whether there is another item, or an error. Waits until that is known.
   *
   * @throws Cancelled if the caller is cancelled
   */
  @Override
  public boolean hasNext() {
    return awaitNext();
  }

  private boolean awaitNext() {
    Task.checkpoint();
    while (true) {
      Waiter waiter = new Waiter();
      guard.lock();
      boolean present = !buffer.isEmpty() || error != null;
      boolean over = ended;
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
   * The next item. Waits for it.
   *
   * @throws CompletionException once, with the publisher's error as its cause
   * @throws NoSuchElementException if the publisher has completed, or this was closed
   * @throws Cancelled if the caller is cancelled
   */
  @Override
  public T next() {
    awaitNext();
    long more = 0;
    Throwable reason = null;
    guard.lock();
    T item = buffer.poll();
    if (item == null) {
      reason = error;
      error = null;
    } else if (!ended && ++taken == batch) {
      more = taken;
      taken = 0;
    }
    Flow.Subscription current = subscription;
    guard.unlock();
    if (item == null) {
      throw reason == null
          ? new NoSuchElementException("the publisher has completed")
          : new CompletionException(reason);
    }
    if (more > 0 && current != null) {
      current.request(more);
    }
    return item;
  }

  /** This itself: the items can be read once. */
  @Override
  public Iterator<T> iterator() {
    return this;
  }

  /** The items as a sequential stream; closing it closes this. */
  public Stream<T> stream() {
    int traits = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, traits), false)
        .onClose(this::close);
  }

  /** Cancels the subscription, if it has not ended, and drops what was not taken. */
  @Override
  public void close() {
    Waiter waiting;
    guard.lock();
    boolean wasOpen = !ended;
    ended = true;
    error = null;
    buffer.clear();
    waiting = taker.grantFirst();
    guard.unlock();
    WaitLine.wake(waiting);
    if (wasOpen) {
      cancelSubscription();
    }
  }

  @Override
  public String toString() {
    guard.lock();
    String text = "FlowReader[" + buffer.size() + " of " + capacity + (ended ? ", ended]" : "]");
    guard.unlock();
    return text;
  }
}
