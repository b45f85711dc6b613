package dev.loomlet.queue;

import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A handle for receiving from a {@link Channel}; trio's {@code MemoryReceiveChannel}. When all of
 * them are closed, senders are told. Each value goes to one receiver. May be shared; who wants to
 * close his own clones it.
 *
 * <p>Every operation on a closed handle throws {@link ChannelClosedException} with the reason
 * {@code CLOSED}, also one that was waiting when it was closed.
 *
 * @param <T> type of the values, which are never null
 */
public final class Receiver<T> extends Handle implements Iterable<T>, AutoCloseable {
  final Channel<T> channel;

  Receiver(Channel<T> channel) {
    this.channel = channel;
  }

  /** As {@link Channel#receive}. */
  public T receive() {
    T value = channel.receiveBy(this, Waiter.FOREVER);
    if (value == null) {
      throw new AssertionError("a wait without a limit ended without a value");
    }
    return value;
  }

  /** As {@link Channel#tryReceive()}. */
  public @Nullable T tryReceive() {
    return channel.tryReceiveBy(this);
  }

  /** As {@link Channel#tryReceive(Duration)}. */
  public @Nullable T tryReceive(Duration timeout) {
    return channel.receiveBy(this, TimeLimit.toNanos(timeout));
  }

  /** Another handle, to be closed by itself; trio's {@code clone}. */
  public Receiver<T> cloneReceiver() {
    return channel.receiverLike(this);
  }

  /** The channel, whichever handle it is asked by. */
  public Channel.Statistics statistics() {
    return channel.statistics();
  }

  /** As {@link Channel#iterator}. */
  @Override
  public Iterator<T> iterator() {
    return new Received<>(channel, this);
  }

  /** As {@link Channel#stream}; closing the stream closes this handle. */
  public Stream<T> stream() {
    return Received.stream(iterator()).onClose(this::close);
  }

  /**
   * Gives the handle up; the last one drops what is buffered and sends senders away. Those who wait
   * to receive by it are woken. Does not wait; may be called again.
   */
  @Override
  public void close() {
    channel.closeReceiver(this);
  }

  @Override
  public String toString() {
    return "Receiver[" + channel + "]";
  }
}
