package dev.loomlet.queue;

import dev.loomlet.Cancelled;
import dev.loomlet.queue.ChannelClosedException.Reason;
import dev.loomlet.wait.Passage;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Passes values from senders to receivers, each value to one of them: without a buffer, so that
 * they meet (gevent's {@code Channel}, Go's {@code chan}, {@code SynchronousQueue}), or with one of
 * limited size.
 *
 * <p>One object can serve as both ends:
 *
 * {@snippet :
 * Channel<String> dishes = new Channel<>();
 * spawn(() -> dishes.send("soup"));
 * System.out.println(dishes.receive());
 * }
 *
 * <p>Where the channel shall end by itself when everybody on one side has finished, each party gets
 * a handle of its own and closes it; trio's memory channel:
 *
 * {@snippet :
 * Channel.Ends<String> ends = Channel.open(10);
 * spawn(() -> {
 *   try (Sender<String> sender = ends.sender()) {
 *     sender.send("soup");
 *   }
 * });
 * for (String dish : ends.receiver()) { // ends after the last sender was closed
 *   System.out.println(dish);
 * }
 * }
 *
 * <p>When the last {@link Sender} is closed, receivers still get what is buffered, and then the
 * end. When the last {@link Receiver} is closed, what is buffered is dropped, and senders are told.
 * A channel of which no handle was ever made is open on that side until {@link #close}.
 *
 * <p>May be used by greenlets of any loop, by platform threads (one that has a loop of its own runs
 * it while it waits) and by other virtual threads, all at once. Those who wait are served in the
 * order in which they came. An operation that may wait is a checkpoint: it throws {@link Cancelled}
 * if the caller is cancelled or interrupted, also if it would not have had to wait, and has then
 * neither sent nor received anything.
 *
 * @param <T> type of the values, which are never null
 */
public final class Channel<T> implements Iterable<T>, AutoCloseable {
  static {
    Passage.provide(Channel.class, (Channel<?> channel) -> new ChannelView(channel));
  }

  /** For a capacity: no limit. */
  public static final int UNBOUNDED = Integer.MAX_VALUE;

  final Exchange<T> exchange;

  /** How many handles are open. Under the guard. */
  private int senders;

  private int receivers;

  /** Whether there had been receivers and the last was closed. */
  private volatile boolean abandoned;

  /**
   * Set if only handles lead here, and cleared when nobody has an open one any more. A channel that
   * a program has itself is open to it without.
   */
  private @Nullable Reference<Object> sending;

  private @Nullable Reference<Object> receiving;

  /**
   * A channel's two ends.
   *
   * @param sender counts as one open sender until it is closed
   * @param receiver counts as one open receiver until it is closed
   */
  public record Ends<T>(Sender<T> sender, Receiver<T> receiver) {}

  /**
   * A channel at one moment.
   *
   * @param capacity for how many values there is room; 0 if sender and receiver meet
   * @param buffered how many values were sent and wait for a receiver
   * @param openSenders handles that are not closed
   * @param openReceivers handles that are not closed
   * @param waitingSenders who wait to send
   * @param waitingReceivers who wait to receive
   */
  public record Statistics(
      int capacity,
      int buffered,
      int openSenders,
      int openReceivers,
      int waitingSenders,
      int waitingReceivers) {}

  /** Creates a channel without a buffer: a sender waits until a receiver takes the value. */
  public Channel() {
    this(0);
  }

  /**
   * Creates a channel.
   *
   * @param capacity for how many values there is room; 0 for none, {@link #UNBOUNDED} for no limit
   */
  public Channel(int capacity) {
    if (capacity < 0) {
      throw new IllegalArgumentException(
          "a channel has room for 0 or more values, not " + capacity);
    }
    this.exchange = new Exchange<>(this, new RingStorage<>(false), capacity);
  }

  /**
   * Creates a channel with a handle for each end; trio's {@code open_memory_channel}.
   *
   * @param capacity for how many values there is room; 0 for none, {@link #UNBOUNDED} for no limit
   */
  public static <T> Ends<T> open(int capacity) {
    Channel<T> channel = new Channel<>(capacity);
    Sender<T> sender = channel.sender();
    Receiver<T> receiver = channel.receiver();
    channel.sending = sender.watched();
    channel.receiving = receiver.watched();
    return new Ends<>(sender, receiver);
  }

  /** Whether a program has nothing of this but handles. */
  boolean byHandlesOnly() {
    return sending != null;
  }

  /** Whether nobody has an open sender any more, nor this channel. */
  boolean lostSenders() {
    return sending != null && sending.refersTo(null);
  }

  /** Whether nobody has an open receiver any more, nor this channel. */
  boolean lostReceivers() {
    return receiving != null && receiving.refersTo(null);
  }

  /**
   * Another handle for sending.
   *
   * @throws ChannelClosedException if the channel or its last sender or receiver was closed
   */
  public Sender<T> sender() {
    return senderLike(null);
  }

  Sender<T> senderLike(@Nullable Handle like) {
    Sender<T> sender = new Sender<>(this);
    exchange.guard.lock();
    Answer refusal = exchange.refusal(like);
    if (refusal == null) {
      senders++;
      sender.token = like == null ? null : like.token;
    }
    exchange.guard.unlock();
    if (refusal != null) {
      throw sendRefused(refusal);
    }
    return sender;
  }

  /**
   * Another handle for receiving.
   *
   * @throws ChannelClosedException if the channel's last receiver was closed, or its sending end,
   *     and nothing is left to be received
   */
  public Receiver<T> receiver() {
    return receiverLike(null);
  }

  Receiver<T> receiverLike(@Nullable Handle like) {
    Receiver<T> receiver = new Receiver<>(this);
    exchange.guard.lock();
    Answer refusal = exchange.refusal(like);
    if (refusal == Answer.SHUT && exchange.store.size > 0) {
      refusal = null;
    }
    if (refusal == null) {
      receivers++;
      receiver.token = like == null ? null : like.token;
    }
    exchange.guard.unlock();
    if (refusal != null) {
      throw receiveRefused(refusal);
    }
    return receiver;
  }

  void closeSender(Sender<T> sender) {
    exchange.guard.lock();
    boolean first = !sender.closed;
    sender.closed = true;
    sender.token = null;
    boolean last = first && --senders == 0;
    if (last) {
      exchange.shut();
    }
    exchange.guard.unlock();
    if (first) {
      exchange.sendAway(exchange.putters, sender);
    }
    if (last) {
      exchange.sendAllAway();
    }
  }

  void closeReceiver(Receiver<T> receiver) {
    exchange.guard.lock();
    boolean first = !receiver.closed;
    receiver.closed = true;
    receiver.token = null;
    boolean last = first && --receivers == 0;
    if (last) {
      abandoned = true;
      exchange.shut();
      exchange.store.clear();
    }
    exchange.guard.unlock();
    if (first) {
      exchange.sendAway(exchange.takers, receiver);
    }
    if (last) {
      exchange.sendAllAway();
    }
  }

  /**
   * Ends the sending: those who send, or wait to, get a {@link ChannelClosedException}, receivers
   * what is buffered and then the end. Go's {@code close}. Does not wait; may be called again.
   */
  @Override
  public void close() {
    exchange.guard.lock();
    exchange.shut();
    exchange.guard.unlock();
    exchange.sendAllAway();
  }

  /** Whether nothing more can be sent. */
  public boolean isClosed() {
    exchange.guard.lock();
    boolean shut = exchange.isShut();
    exchange.guard.unlock();
    return shut;
  }

  /** What it looks like now. */
  public Statistics statistics() {
    exchange.guard.lock();
    int buffered = exchange.store.size;
    int openSenders = senders;
    int openReceivers = receivers;
    int waitingSenders = exchange.putters.size();
    int waitingReceivers = exchange.takers.size();
    exchange.guard.unlock();
    return new Statistics(
        exchange.capacity, buffered, openSenders, openReceivers, waitingSenders, waitingReceivers);
  }

  /**
   * Sends a value; waits until a receiver takes it or there is room.
   *
   * @throws ChannelClosedException if an end is closed, before or meanwhile; it was not sent
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public void send(T value) {
    sendBy(null, value, Waiter.FOREVER);
  }

  /**
   * Sends a value if a receiver waits for it or there is room. Does not wait.
   *
   * @return whether it was sent
   * @throws ChannelClosedException if an end is closed
   */
  public boolean trySend(T value) {
    return trySendBy(null, value);
  }

  /**
   * As {@link #send}, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether it was sent
   */
  public boolean trySend(T value, Duration timeout) {
    return sendBy(null, value, TimeLimit.toNanos(timeout));
  }

  boolean trySendBy(@Nullable Handle via, T value) {
    return wasSent(exchange.put(required(value), via, null));
  }

  boolean sendBy(@Nullable Handle via, T value, long nanos) {
    required(value);
    Task.checkpoint();
    return wasSent(exchange.putOrWait(value, via, nanos));
  }

  static <T> T required(T value) {
    return Objects.requireNonNull(value, "a channel takes no null; send an object that means it");
  }

  private boolean wasSent(Answer answer) {
    if (answer == Answer.DONE || answer == Answer.NOT_NOW) {
      return answer == Answer.DONE;
    }
    throw sendRefused(answer);
  }

  ChannelClosedException sendRefused(Answer answer) {
    if (answer == Answer.CLOSED) {
      return new ChannelClosedException(Reason.CLOSED, "this sender is closed");
    }
    return abandoned
        ? new ChannelClosedException(Reason.NO_RECEIVER, "every receiver is closed")
        : new ChannelClosedException(Reason.CLOSED, "the channel is closed");
  }

  /**
   * Receives the next value; waits until there is one.
   *
   * @throws ChannelClosedException if none can come any more, or the receiving end is closed
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public T receive() {
    return Objects.requireNonNull(receiveBy(null, Waiter.FOREVER));
  }

  /**
   * Receives the next value. Does not wait.
   *
   * @return null if there is none now
   * @throws ChannelClosedException if none can come any more, or the receiving end is closed
   */
  public @Nullable T tryReceive() {
    return tryReceiveBy(null);
  }

  /**
   * As {@link #receive}, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return null if none came
   */
  public @Nullable T tryReceive(Duration timeout) {
    return receiveBy(null, TimeLimit.toNanos(timeout));
  }

  @Nullable T tryReceiveBy(@Nullable Handle via) {
    return value(exchange.take(via, null));
  }

  @Nullable T receiveBy(@Nullable Handle via, long nanos) {
    Task.checkpoint();
    return value(exchange.takeOrWait(via, nanos));
  }

  @SuppressWarnings("unchecked")
  private @Nullable T value(@Nullable Object taken) {
    if (taken instanceof Answer refusal) {
      throw receiveRefused(refusal);
    }
    return (T) taken;
  }

  ChannelClosedException receiveRefused(Answer answer) {
    if (answer == Answer.CLOSED) {
      return new ChannelClosedException(Reason.CLOSED, "this receiver is closed");
    }
    return abandoned
        ? new ChannelClosedException(Reason.CLOSED, "every receiver is closed")
        : new ChannelClosedException(
            Reason.NO_SENDER, "the sending end is closed and everything was received");
  }

  /**
   * Receives until the end. {@code hasNext} waits for the next value and takes it, so an iterator
   * belongs to one greenlet.
   */
  @Override
  public Iterator<T> iterator() {
    return new Received<>(this, null);
  }

  /** The values up to the end, received as the stream asks for them. */
  public Stream<T> stream() {
    return Received.stream(iterator());
  }

  @Override
  public String toString() {
    return "Channel[" + statistics() + "]";
  }
}
