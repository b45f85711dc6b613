package dev.loomlet.queue;

import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.time.Duration;

/**
 * A handle for sending on a {@link Channel}; trio's {@code MemorySendChannel}. The channel ends
 * when all of them are closed; one that is dropped without being closed never ends it. May be
 * shared; who wants to close his own clones it.
 *
 * <p>Every operation on a closed handle throws {@link ChannelClosedException} with the reason
 * {@code CLOSED}, also one that was waiting when it was closed.
 *
 * @param <T> type of the values, which are never null
 */
public final class Sender<T> extends Handle implements AutoCloseable {
  final Channel<T> channel;

  Sender(Channel<T> channel) {
    this.channel = channel;
  }

  /** As {@link Channel#send}. */
  public void send(T value) {
    channel.sendBy(this, value, Waiter.FOREVER);
  }

  /** As {@link Channel#trySend(Object)}. */
  public boolean trySend(T value) {
    return channel.trySendBy(this, value);
  }

  /** As {@link Channel#trySend(Object, Duration)}. */
  public boolean trySend(T value, Duration timeout) {
    return channel.sendBy(this, value, TimeLimit.toNanos(timeout));
  }

  /** Another handle, to be closed by itself; trio's {@code clone}. */
  public Sender<T> cloneSender() {
    return channel.senderLike(this);
  }

  /** The channel, whichever handle it is asked by. */
  public Channel.Statistics statistics() {
    return channel.statistics();
  }

  /**
   * Gives the handle up; the last one ends the channel. Those who wait to send by it are woken.
   * Does not wait; may be called again.
   */
  @Override
  public void close() {
    channel.closeSender(this);
  }

  @Override
  public String toString() {
    return "Sender[" + channel + "]";
  }
}
