package dev.loomlet;

import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Flow;

/**
 * Both ways between greenlets and {@link Flow}: a greenlet reads a publisher as an iterator, and
 * straight-line code becomes a publisher. Back-pressure is waiting.
 */
public final class Flows {
  private Flows() {}

  /**
   * Subscribes to a publisher. Does not wait, unless the publisher does.
   *
   * {@snippet :
   * try (FlowReader<Event> events = Flows.subscribe(publisher, 16)) {
   *   for (Event event : events) { ... } // waits for each
   * }
   * }
   *
   * @param bufferSize how many items may be requested and not be taken yet; at least 1
   * @return to be closed, which cancels the subscription
   */
  public static <T> FlowReader<T> subscribe(Flow.Publisher<? extends T> publisher, int bufferSize) {
    Objects.requireNonNull(publisher);
    FlowReader<T> reader = new FlowReader<>(bufferSize);
    publisher.subscribe(reader.subscriber());
    return reader;
  }

  /**
   * Code that gives items to one subscriber, one after another.
   *
   * @param <T> type of the items
   */
  @FunctionalInterface
  public interface Body<T> {
    /**
     * Runs in a greenlet of its own for each subscriber. Its end completes the subscriber.
     *
     * @param out where the items go
     * @throws Exception whatever goes wrong; the subscriber gets it
     */
    void run(Emitter<? super T> out) throws Exception;
  }

  /**
   * Where a {@link Body} gives its items.
   *
   * @param <T> type of the items
   */
  @FunctionalInterface
  public interface Emitter<T> {
    /**
     * Gives an item to the subscriber, waiting until it has asked for one. For the greenlet of the
     * body.
     *
     * @param item not null
     * @throws Cancelled if the subscription was cancelled
     */
    void emit(T item);
  }

  /**
   * Makes a publisher of code: each subscriber gets a greenlet of the caller's loop that runs it,
   * and on which the subscriber is called. No more is emitted than was requested; a subscription
   * that is cancelled cancels the greenlet, so that its {@code finally} blocks run. An error that a
   * subscriber throws ends its greenlet and goes to the loop's {@link UncaughtHandler}.
   */
  public static <T> Flow.Publisher<T> publish(Body<T> body) {
    return new FlowPublisher<>(Loop.current(), body);
  }

  /**
   * As {@link #publish(Body)}, of items that are there or are made one by one: each subscriber gets
   * an iterator of its own, which is closed at the end if it is {@code AutoCloseable}.
   */
  public static <T> Flow.Publisher<T> publish(Iterable<? extends T> items) {
    Objects.requireNonNull(items);
    return publish(
        out -> {
          Iterator<? extends T> iterator = items.iterator();
          try {
            while (iterator.hasNext()) {
              out.emit(iterator.next());
            }
          } finally {
            if (iterator instanceof AutoCloseable closeable) {
              closeable.close();
            }
          }
        });
  }
}
