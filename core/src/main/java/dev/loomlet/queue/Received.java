package dev.loomlet.queue;

import dev.loomlet.queue.ChannelClosedException.Reason;
import dev.loomlet.wait.Waiter;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** What comes out of a channel, up to its end. */
final class Received<T> implements Iterator<T> {
  private final Channel<T> channel;
  private final @Nullable Handle via;
  private @Nullable T next;
  private boolean ended;

  Received(Channel<T> channel, @Nullable Handle via) {
    this.channel = channel;
    this.via = via;
  }

  static <T> Stream<T> stream(Iterator<T> received) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(received, Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      try {
        next = channel.receiveBy(via, Waiter.FOREVER);
      } catch (ChannelClosedException e) {
        if (e.reason() != Reason.NO_SENDER) {
          throw e;
        }
        ended = true;
      }
    }
    return next != null;
  }

  @Override
  public T next() {
    T received = hasNext() ? next : null;
    if (received == null) {
      throw new NoSuchElementException("the channel has ended");
    }
    next = null;
    return received;
  }
}
