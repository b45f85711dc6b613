package dev.loomlet.queue;

import dev.loomlet.Awaitable;
import dev.loomlet.net.SocketDatagrams;
import dev.loomlet.net.SocketListener;
import dev.loomlet.net.SocketStream;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first of several things to become possible and does that one alone; Go's {@code
 * select}, jox's {@code select}.
 *
 * {@snippet :
 * String news = Select.<String>first()
 *     .receive(orders, order -> "order " + order)
 *     .send(dishes, "soup", () -> "sent the soup")
 *     .after(Duration.ofSeconds(5), () -> "nothing for 5 s")
 *     .await();
 * }
 *
 * <p>If several are possible at once, the one that was named first is done: name the urgent first,
 * and what never comes to rest last. (Go draws lots; a fixed order can be repeated and tested.) The
 * handler runs after the choice, in the caller, when everything else was given up; it may wait, and
 * {@link #await} returns its result. A closed channel or a queue that was shut down counts as
 * possible: {@code await} throws what the operation would.
 *
 * <p>Any thread may await, as far as its cases allow; two selects may meet on a channel, also from
 * two loops. If the caller is cancelled, nothing has been done. A select can be awaited again and
 * again, by one greenlet at a time.
 *
 * @param <R> type of the result
 */
public final class Select<R extends @Nullable Object> {
  private final List<Case<R>> cases = new ArrayList<>();
  private @Nullable Callable<? extends R> otherwise;
  private @Nullable Callable<? extends R> expired;
  private long limit = Waiter.FOREVER;

  /**
   * What is done with what a select got.
   *
   * @param <V> type of what it got
   * @param <R> type of the result
   */
  @FunctionalInterface
  public interface Handler<V, R extends @Nullable Object> {
    /**
     * Makes the result.
     *
     * @throws Exception whatever goes wrong; {@link Select#await} throws it
     */
    R handle(V value) throws Exception;
  }

  private Select() {}

  /** Creates a select without a case. */
  public static <R extends @Nullable Object> Select<R> first() {
    return new Select<>();
  }

  private Select<R> with(Case<R> added) {
    cases.add(added);
    return this;
  }

  /** Adds the case that a value can be received. */
  public <T> Select<R> receive(Channel<T> channel, Handler<? super T, ? extends R> handler) {
    return with(new TakeCase<>(channel.exchange, null, channel::receiveRefused, handler));
  }

  /** Adds the case that a value can be received. */
  public <T> Select<R> receive(Receiver<T> receiver, Handler<? super T, ? extends R> handler) {
    Channel<T> channel = receiver.channel;
    return with(new TakeCase<>(channel.exchange, receiver, channel::receiveRefused, handler));
  }

  /** Adds the case that an element can be taken. */
  public <E> Select<R> take(WaitingQueue<E> queue, Handler<? super E, ? extends R> handler) {
    return with(new TakeCase<>(queue.exchange, null, _ -> WaitingQueue.refusal(false), handler));
  }

  /** Adds the case that a value can be sent. */
  public <T> Select<R> send(Channel<T> channel, T value, Callable<? extends R> handler) {
    Channel.required(value);
    return with(new PutCase<>(channel.exchange, null, value, channel::sendRefused, handler));
  }

  /** Adds the case that a value can be sent. */
  public <T> Select<R> send(Sender<T> sender, T value, Callable<? extends R> handler) {
    Channel.required(value);
    Channel<T> channel = sender.channel;
    return with(new PutCase<>(channel.exchange, sender, value, channel::sendRefused, handler));
  }

  /** Adds the case that there is room for an element. */
  public <E> Select<R> put(WaitingQueue<E> queue, E element, Callable<? extends R> handler) {
    Objects.requireNonNull(element, "a queue takes no null; put an object that means it");
    return with(
        new PutCase<>(queue.exchange, null, element, _ -> WaitingQueue.refusal(true), handler));
  }

  /** Adds the case that something has ended, well or not; it is given to the handler. */
  public <A extends Awaitable<?>> Select<R> done(
      A awaitable, Handler<? super A, ? extends R> handler) {
    return with(new SourceCase<>(Awaitable.class, awaitable, handler));
  }

  /**
   * Adds the case that a read would not wait: there are bytes, or the end, or an error. Only for
   * greenlets of the stream's loop. Like a read, this is for one greenlet at a time.
   */
  public <S extends SocketStream> Select<R> readable(
      S stream, Handler<? super S, ? extends R> handler) {
    return with(new SourceCase<>(SocketStream.class, stream, handler));
  }

  /**
   * Adds the case that a receive would not wait: there is a datagram, or an error. Only for
   * greenlets of the socket's loop. Like a receive, this is for one greenlet at a time.
   */
  public <D extends SocketDatagrams> Select<R> readable(
      D socket, Handler<? super D, ? extends R> handler) {
    return with(new SourceCase<>(SocketDatagrams.class, socket, handler));
  }

  /**
   * Adds the case that a connection waits to be accepted, or the listener is closed. Only for
   * greenlets of the listener's loop. Like accepting, this is for one greenlet at a time.
   */
  public <L extends SocketListener> Select<R> acceptable(
      L listener, Handler<? super L, ? extends R> handler) {
    return with(new SourceCase<>(SocketListener.class, listener, handler));
  }

  /**
   * Adds the case that a time has passed since {@link #await} was called; of several the shortest
   * counts.
   *
   * @param timeout 0 or less: if nothing else is possible at once
   */
  public Select<R> after(Duration timeout, Callable<? extends R> handler) {
    long nanos = TimeLimit.toNanos(timeout);
    if (expired == null || nanos < limit) {
      limit = nanos;
      expired = Objects.requireNonNull(handler);
    }
    return this;
  }

  /** Adds the case that nothing else is possible at once, so that there is no wait. */
  public Select<R> orElse(Callable<? extends R> handler) {
    otherwise = Objects.requireNonNull(handler);
    return this;
  }

  /**
   * Waits for the first case that is possible, does it, and calls its handler.
   *
   * @return what the handler returns
   * @throws Exception what the handler throws, unchanged
   * @throws ChannelClosedException if the case is one of a channel that is closed
   * @throws QueueShutDown if the case is one of a queue that was shut down
   * @throws dev.loomlet.engine.ResourceBusyException if another greenlet waits for the same socket
   * @throws dev.loomlet.Cancelled if the caller is cancelled or interrupted
   * @throws IllegalStateException if there is no case; for a socket, outside of its loop
   */
  public R await() throws Exception {
    if (cases.isEmpty() && otherwise == null && expired == null) {
      throw new IllegalStateException("a select without a case would wait for ever; name one");
    }
    Task.checkpoint();
    while (true) {
      for (Case<R> each : cases) {
        Object got = each.attempt();
        if (got != null) {
          return each.finish(got);
        }
      }
      if (otherwise != null) {
        return otherwise.call();
      }
      if (limit <= 0) {
        return Objects.requireNonNull(expired).call();
      }
      Choice choice = new Choice();
      List<Arm<R>> arms = new ArrayList<>(cases.size());
      for (Case<R> each : cases) {
        arms.add(new Arm<>(choice, each));
      }
      Waiter.@Nullable Outcome outcome = choose(choice, arms);
      if (outcome == Waiter.Outcome.GRANTED) {
        return choice.<R>winner().finish();
      }
      if (outcome == Waiter.Outcome.TIMED_OUT) {
        return Objects.requireNonNull(expired).call();
      }
      if (outcome == Waiter.Outcome.CANCELLED) {
        Task.checkpoint();
        throw new AssertionError("a wait was given up, but nothing was due");
      }
    }
  }

  /**
   * Waits in all lines at once.
   *
   * @return null if something became possible before it stood in them: to be attempted anew
   */
  private Waiter.@Nullable Outcome choose(Choice choice, List<Arm<R>> arms) throws Exception {
    List<Arm<R>> inLines = Arm.byExchange(arms);
    Waiter.@Nullable Outcome outcome = null;
    try {
      // What may throw comes first, as long as nothing can be lost by it.
      for (Arm<R> each : arms) {
        each.watch();
      }
      if (Arm.joinLines(inLines)) {
        outcome = choice.await(this, limit);
      }
    } finally {
      if (!choice.isGranted() && !choice.withdraw()) {
        // Claimed, so that it is granted within a few instructions of another thread.
        choice.awaitUncancellably(this);
      }
      for (Arm<R> each : arms) {
        each.giveUp();
      }
    }
    return choice.isGranted() ? Waiter.Outcome.GRANTED : outcome;
  }

  @Override
  public String toString() {
    return "Select[" + cases.size() + " cases]";
  }
}
