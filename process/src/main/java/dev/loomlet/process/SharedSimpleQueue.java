package dev.loomlet.process;

import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue of objects between processes that is bounded by their bytes, not by their number:
 * Python's {@code multiprocessing.SimpleQueue}. Capture it in the lambda of a child or of a task,
 * and both have the same queue. It takes small and large messages together without room for many
 * large ones.
 *
 * <p>Waiting lets the loop go on. Who puts has one lock, who takes another; a message exists, and
 * is gone, by one store, as in {@link SharedQueue}. So whoever is killed in the middle has put
 * nothing, or taken nothing, and others go on.
 *
 * @param <T> the objects, never null
 */
public final class SharedSimpleQueue<T> extends SharedWords implements Waitable {
  private static final long serialVersionUID = 1;
  private static final int PUT_LOCK = 0;
  private static final int TAKE_LOCK = 128;
  private static final int RING = 256;
  private static final int LENGTH = 4;
  private static final int LARGEST = 1 << 30;

  private final int capacity;
  private final MessageFormat<T> format;
  private transient Ends ends;

  /** What a process has of it. */
  private record Ends(TwoLevelLock putLock, TwoLevelLock takeLock, ByteRing ring) {
    static Ends of(Words words, int capacity) {
      return new Ends(
          new TwoLevelLock("shared queue, put", words.at(PUT_LOCK, LockWord.SIZE)),
          new TwoLevelLock("shared queue, take", words.at(TAKE_LOCK, LockWord.SIZE)),
          new ByteRing(words.at(RING, ByteRing.HEADER + (long) capacity), capacity));
    }
  }

  SharedSimpleQueue(SharedMemory memory, int capacity, MessageFormat<T> format) {
    super(memory, 0, sizeOf(capacity));
    this.capacity = capacity;
    this.format = format;
    this.ends = local(Ends.class, words -> Ends.of(words, capacity));
  }

  private static long sizeOf(int capacity) {
    return RING + ByteRing.HEADER + (long) capacity;
  }

  /**
   * Creates one, with the {@linkplain MessageFormat#of format} that suits the class.
   *
   * @param capacity bytes of all messages at most, with 4 to 7 for each; 8 to 2^30
   * @throws IOException if there is no shared memory left
   */
  public static <T> SharedSimpleQueue<T> create(Class<T> type, int capacity) throws IOException {
    return create(MessageFormat.of(type), capacity);
  }

  /** As {@link #create(Class, int)}, with a format. */
  public static <T> SharedSimpleQueue<T> create(MessageFormat<T> format, int capacity)
      throws IOException {
    if (capacity < 2 * LENGTH || capacity > LARGEST) {
      throw new IllegalArgumentException(
          "a simple queue has 8 to " + LARGEST + " bytes, not " + capacity);
    }
    int rounded = (int) ByteRing.aligned(capacity);
    return new SharedSimpleQueue<>(SharedMemory.create(sizeOf(rounded)), rounded, format);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (capacity < 2 * LENGTH || capacity > LARGEST || capacity % LENGTH != 0 || format == null) {
      throw new InvalidObjectException("the sizes of a simple queue do not fit");
    }
    requireSize(sizeOf(capacity));
    ends = local(Ends.class, words -> Ends.of(words, capacity));
  }

  /**
   * Puts an object, and waits for room.
   *
   * @throws UnserializableException if the format cannot write it
   * @throws IllegalArgumentException if it takes more bytes than the queue has
   * @throws dev.loomlet.Cancelled if the caller is cancelled; it was not put then
   */
  public void put(T object) {
    boolean _ = put(object, Waiter.FOREVER);
  }

  /**
   * Puts an object, and waits for room for a limited time.
   *
   * @param timeout 0 or less not to wait
   * @return whether it was put
   */
  public boolean put(T object, Duration timeout) {
    return put(object, TimeLimit.toNanos(timeout));
  }

  private boolean put(T object, long nanos) {
    byte[] message = format.write(Objects.requireNonNull(object));
    if (message.length > capacity - LENGTH) {
      throw new IllegalArgumentException(
          "this queue has "
              + capacity
              + " bytes, and this message "
              + message.length
              + "; create it larger");
    }
    Task.checkpoint();
    Ends to = ends;
    if (!putAtOnce(to, message) && !putSlowly(to, message, nanos)) {
      return false;
    }
    to.ring.data.wakeAll();
    return true;
  }

  private static int room(byte[] message) {
    return (int) ByteRing.aligned(LENGTH + message.length);
  }

  private static boolean putAtOnce(Ends to, byte[] message) {
    if (!to.putLock.lockAtOnce()) {
      return false;
    }
    try {
      return putNow(to.ring, message);
    } finally {
      to.putLock.unlockAtOnce();
    }
  }

  /** With the lock. */
  private static boolean putNow(ByteRing ring, byte[] message) {
    long begin = ring.written();
    if (ring.size() - ring.between(ring.read(), begin) < room(message)) {
      return false;
    }
    ring.putInt(begin, message.length);
    ring.copyIn(message, 0, begin + LENGTH, message.length);
    ring.publishWritten(begin + room(message));
    return true;
  }

  private static boolean putSlowly(Ends to, byte[] message, long nanos) {
    TimeLimit limit = new TimeLimit(nanos);
    while (true) {
      if (to.putLock.lock(limit.left()) == LockWord.TIMED_OUT) {
        return false;
      }
      try {
        if (putNow(to.ring, message)) {
          return true;
        }
      } finally {
        to.putLock.unlock();
      }
      if (!to.ring.space.await(() -> to.ring.free() >= room(message), limit.left())) {
        return false;
      }
    }
  }

  /**
   * Takes an object, and waits for one.
   *
   * @throws UncheckedIOException if it is none, or has what is not allowed; it is gone then
   * @throws dev.loomlet.Cancelled if the caller is cancelled; nothing was taken then
   */
  public T take() {
    T object = take(Waiter.FOREVER);
    if (object == null) {
      throw new AssertionError("there is no limit");
    }
    return object;
  }

  /**
   * Takes an object, and waits for one for a limited time.
   *
   * @param timeout 0 or less not to wait
   * @return null if none came
   * @throws UncheckedIOException if it is none, or has what is not allowed; it is gone then
   */
  public @Nullable T take(Duration timeout) {
    return take(TimeLimit.toNanos(timeout));
  }

  private @Nullable T take(long nanos) {
    Task.checkpoint();
    Ends from = ends;
    byte[] message = takeAtOnce(from);
    if (message == null) {
      message = takeSlowly(from, nanos);
    }
    if (message == null) {
      return null;
    }
    from.ring.space.wakeAll();
    return read(message);
  }

  private static byte @Nullable [] takeSlowly(Ends from, long nanos) {
    TimeLimit limit = new TimeLimit(nanos);
    while (true) {
      if (from.takeLock.lock(limit.left()) == LockWord.TIMED_OUT) {
        return null;
      }
      byte[] message;
      try {
        message = takeNow(from.ring);
      } finally {
        from.takeLock.unlock();
      }
      if (message != null) {
        return message;
      }
      if (!from.ring.data.await(from.ring::hasData, limit.left())) {
        return null;
      }
    }
  }

  private static byte @Nullable [] takeAtOnce(Ends from) {
    if (!from.takeLock.lockAtOnce()) {
      return null;
    }
    try {
      return takeNow(from.ring);
    } finally {
      from.takeLock.unlockAtOnce();
    }
  }

  /** With the lock. */
  private static byte @Nullable [] takeNow(ByteRing ring) {
    long read = ring.read();
    int there = ring.between(read, ring.written());
    if (there == 0) {
      return null;
    }
    int length = there < LENGTH ? -1 : ring.getInt(read);
    if (length < 0 || length > there - LENGTH) {
      throw new IllegalStateException(
          "the memory of a shared queue was overwritten: a message of " + length + " bytes");
    }
    byte[] message = new byte[length];
    ring.copyOut(read + LENGTH, message, 0, length);
    ring.publishRead(read + ByteRing.aligned(LENGTH + length));
    return message;
  }

  private T read(byte[] message) {
    try {
      return format.read(message);
    } catch (IOException e) {
      throw new UncheckedIOException("a message of a shared queue cannot be read", e);
    }
  }

  /** Whether there is nothing to take; an estimate. */
  public boolean isEmpty() {
    return !ends.ring.hasData();
  }

  /** Whether there is something to take. */
  @Override
  public boolean isReady() {
    return !isEmpty();
  }

  @Override
  public void awaitReady() {
    while (!isReady()) {
      boolean _ = ends.ring.data.await(ends.ring::hasData, Waiter.FOREVER);
    }
  }

  @Override
  public String toString() {
    return "SharedSimpleQueue[" + (isEmpty() ? "empty" : "not empty") + "]";
  }
}
