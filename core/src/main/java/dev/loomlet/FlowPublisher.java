package dev.loomlet;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs code in a greenlet for each subscriber.
 *
 * <p>All signals to a subscriber are sent by its greenlet, so they are in order and never overlap;
 * what the subscriber asks for only changes what the greenlet finds at its next step. If the loop
 * closes before the greenlet runs, the subscriber gets its error from whoever closes.
 */
final class FlowPublisher<T> implements Flow.Publisher<T> {
  private final Loop loop;
  private final Flows.Body<T> body;

  FlowPublisher(Loop loop, Flows.Body<T> body) {
    this.loop = loop;
    this.body = Objects.requireNonNull(body);
  }

  @Override
  public void subscribe(Flow.Subscriber<? super T> subscriber) {
    Feed<T> feed = new Feed<>(loop, Objects.requireNonNull(subscriber));
    try {
      Greenlet<?> greenlet = loop.spawn("publisher", () -> feed.run(body));
      feed.greenlet = greenlet;
      if (!greenlet.addListener(feed)) {
        feed.ended(greenlet);
      }
    } catch (RejectedExecutionException e) {
      subscriber.onSubscribe(feed);
      subscriber.onError(e);
    }
  }

  /** The subscription of one subscriber. */
  private static final class Feed<T> implements Flow.Subscription, Flows.Emitter<T>, Listener {
    private final Loop loop;
    private final Flow.Subscriber<? super T> subscriber;
    private final Guard guard = new Guard();
    private final WaitLine line = new WaitLine(guard);
    private volatile @Nullable Greenlet<?> greenlet;
    private long demand;
    private volatile boolean cancelled;

    /** Whether its greenlet has come to its code, which then sends all signals. */
    private volatile boolean begun;

    /** What is wrong with a request; to be told by the greenlet. */
    private volatile @Nullable IllegalArgumentException badRequest;

    /** What the subscriber threw, which it must not. */
    private @Nullable Throwable subscriberError;

    Feed(Loop loop, Flow.Subscriber<? super T> subscriber) {
      this.loop = loop;
      this.subscriber = subscriber;
    }

    void run(Flows.Body<T> body) throws Exception {
      begun = true;
      greenlet = Greenlet.current();
      subscriber.onSubscribe(this);
      Throwable error = null;
      try {
        if (!isOver()) {
          body.run(this);
        }
      } catch (Throwable e) {
        error = e;
      }
      if (subscriberError != null) {
        throw Thrown.unchecked(subscriberError);
      }
      if (badRequest != null) {
        subscriber.onError(badRequest);
      } else if (cancelled) {
        reportUnlessCancelled(error);
      } else if (error != null) {
        subscriber.onError(error instanceof Cancelled ? asException(error) : error);
      } else {
        subscriber.onComplete();
      }
    }

    /** Its loop may close before it comes to its code, and somebody must say so. */
    @Override
    public void ended(Awaitable<?> source) {
      if (begun) {
        return;
      }
      try {
        subscriber.onSubscribe(this);
        Throwable error = Objects.requireNonNull(source.exception());
        if (badRequest != null) {
          subscriber.onError(badRequest);
        } else if (!cancelled) {
          subscriber.onError(error instanceof Cancelled ? asException(error) : error);
        }
      } catch (Throwable e) {
        loop.uncaught((Greenlet<?>) source, e);
      }
    }

    @Override
    public boolean takesError() {
      return !begun;
    }

    /** Nobody else would learn what cleaning up after a cancellation came to. */
    private static void reportUnlessCancelled(@Nullable Throwable error) {
      if (error != null) {
        throw Thrown.unchecked(error);
      }
    }

    private static CancellationException asException(Throwable cancelled) {
      CancellationException exception = new CancellationException(cancelled.getMessage());
      exception.initCause(cancelled);
      return exception;
    }

    private boolean isOver() {
      return cancelled || badRequest != null;
    }

    @Override
    public void emit(T item) {
      Objects.requireNonNull(item, "a publisher must not emit null");
      Task.checkpoint();
      takeDemand();
      try {
        subscriber.onNext(item);
      } catch (Throwable e) {
        cancelled = true;
        subscriberError = e;
        throw e;
      }
    }

    private void takeDemand() {
      while (true) {
        if (isOver()) {
          throw new Cancelled("the subscription was cancelled", Cancelled.Cause.KILL);
        }
        Waiter waiter = new Waiter();
        guard.lock();
        boolean asked = demand > 0;
        if (!asked) {
          line.add(waiter);
        } else if (demand != Long.MAX_VALUE) {
          demand--;
        }
        guard.unlock();
        if (asked) {
          return;
        }
        line.await(waiter, this, Waiter.FOREVER);
      }
    }

    @Override
    public void request(long n) {
      if (n <= 0) {
        if (!isOver()) {
          badRequest =
              new IllegalArgumentException(
                  "a subscriber must request at least 1, not " + n + " (rule 3.9)");
        }
        stop();
        return;
      }
      guard.lock();
      demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
      Waiter waiter = line.grantFirst();
      guard.unlock();
      WaitLine.wake(waiter);
    }

    @Override
    public void cancel() {
      if (!isOver()) {
        cancelled = true;
      }
      stop();
    }

    private void stop() {
      Greenlet<?> runner = greenlet;
      if (runner != null && !runner.isDone()) {
        runner.cancel(true);
      }
    }

    @Override
    public String toString() {
      return "Subscription[" + subscriber + "]";
    }
  }
}
