package dev.loomlet.process;

import dev.loomlet.queue.QueueShutDown;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of objects between processes: Python's {@code multiprocessing.Queue}. Capture it
 * in the lambda of a child or of a task, and both have the same queue. Objects are copied, by a
 * {@link MessageFormat}; else it is as {@link SharedQueue}.
 *
 * {@snippet :
 * var dishes = SharedObjectQueue.create(Dish.class, 6, 1_000);
 * JavaProcess.start(() -> eat(dishes));
 * dishes.put(new Dish("rice", 3));
 * }
 *
 * @param <T> the objects, never null
 */
public sealed class SharedObjectQueue<T> implements Serializable, Waitable, AutoCloseable
    permits SharedJoinableQueue {
  private static final long serialVersionUID = 1;

  private final SharedQueue queue;
  private final MessageFormat<T> format;

  SharedObjectQueue(SharedQueue queue, MessageFormat<T> format) {
    this.queue = queue;
    this.format = format;
  }

  /**
   * Creates one, with the {@linkplain MessageFormat#of format} that suits the class.
   *
   * @param capacity how many objects it holds, at least 1
   * @param maxMessage bytes of an object at most, at least 1; room is reserved for as many of that
   *     size
   * @throws IOException if there is no shared memory left
   */
  public static <T> SharedObjectQueue<T> create(Class<T> type, int capacity, int maxMessage)
      throws IOException {
    return create(MessageFormat.of(type), capacity, maxMessage);
  }

  /** As {@link #create(Class, int, int)}, with a format. */
  public static <T> SharedObjectQueue<T> create(
      MessageFormat<T> format, int capacity, int maxMessage) throws IOException {
    return new SharedObjectQueue<>(SharedQueue.create(capacity, maxMessage), format);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (queue == null || format == null) {
      throw new InvalidObjectException("a shared queue lacks a part");
    }
  }

  final SharedQueue queue() {
    return queue;
  }

  /**
   * Puts an object, and waits for room.
   *
   * @throws UnserializableException if the format cannot write it
   * @throws IllegalArgumentException if it takes more bytes than a message may have
   * @throws QueueShutDown if the queue was shut down
   * @throws dev.loomlet.Cancelled if the caller is cancelled; it was not put then
   */
  public final void put(T object) {
    queue.put(format.write(Objects.requireNonNull(object)));
  }

  /**
   * Puts an object, and waits for room for a limited time.
   *
   * @param timeout 0 or less not to wait (Python: {@code put_nowait})
   * @return whether it was put; false if the queue is full (Python: {@code queue.Full})
   */
  public final boolean put(T object, Duration timeout) {
    return queue.put(format.write(Objects.requireNonNull(object)), timeout);
  }

  /**
   * Takes an object, and waits for one.
   *
   * @throws UncheckedIOException if it is none, or has what is not allowed; it is gone then
   * @throws QueueShutDown if the queue was shut down and is empty
   * @throws dev.loomlet.Cancelled if the caller is cancelled; nothing was taken then
   */
  public final T take() {
    return read(queue.take());
  }

  /**
   * Takes an object, and waits for one for a limited time.
   *
   * @param timeout 0 or less not to wait (Python: {@code get_nowait})
   * @return null if none came (Python: {@code queue.Empty})
   * @throws UncheckedIOException if it is none, or has what is not allowed; it is gone then
   */
  public final @Nullable T take(Duration timeout) {
    byte[] message = queue.take(timeout);
    return message == null ? null : read(message);
  }

  private T read(byte[] message) {
    try {
      return format.read(message);
    } catch (IOException e) {
      throw new UncheckedIOException("a message of a shared queue cannot be read", e);
    }
  }

  /** As {@link SharedQueue#shutdown}. */
  public final void shutdown() {
    queue.shutdown();
  }

  /** How many objects there are; an estimate. */
  public final int size() {
    return queue.size();
  }

  /** Whether there is none; an estimate. */
  public final boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Whether it holds as many as it can; an estimate. */
  public final boolean isFull() {
    return queue.isFull();
  }

  /** How many objects it holds at most. */
  public final int capacity() {
    return queue.capacity();
  }

  /** Whether something can be taken, or was shut down. */
  @Override
  public final boolean isReady() {
    return queue.isReady();
  }

  @Override
  public final void awaitReady() {
    queue.awaitReady();
  }

  /** Removes its file, if this process has created it; who has the queue can go on using it. */
  @Override
  public final void close() {
    queue.close();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + size() + " of " + capacity() + "]";
  }
}
