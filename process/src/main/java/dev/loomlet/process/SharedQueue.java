package dev.loomlet.process;

import dev.loomlet.queue.QueueShutDown;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of messages between processes, in shared memory: Python's {@code
 * multiprocessing.Queue} without the thread and the pipe. Capture it in the lambda of a child or of
 * a task, and both have the same queue. Any number of processes may put, and any number take; each
 * message is taken once.
 *
 * <p>Waiting lets the loop go on. A message that was put stays, whatever becomes of who put it.
 *
 * <p><b>If a process dies in the middle.</b> Who puts has one lock, who takes another. A message is
 * copied to its slot first, and then exists by one store to the counter of those that were put; it
 * is copied out first, and then gone by one store to the counter of those that were taken. So a
 * process that is killed in the middle has put nothing, or taken nothing, and its lock goes to the
 * next, by {@link LockWord}. There is never a part of a message. The counters of others are checked
 * against each other, and the length of a message against its slot.
 */
public final class SharedQueue extends SharedWords implements Waitable {
  private static final long serialVersionUID = 1;

  /** Each on a cache line of its own, or two of them, which are fetched together. */
  private static final int PUT_LOCK = 0;

  private static final int PUT_COUNT = 128;
  private static final int TAKE_LOCK = 256;
  private static final int TAKE_COUNT = 384;
  private static final int NOT_EMPTY = 512;
  private static final int NOT_FULL = 640;
  private static final int SHUT = 768;
  private static final int DONE_COUNT = 776;
  private static final int ALL_DONE = 784;
  private static final int SLOTS = 896;

  private static final int LENGTH = 4;
  private static final int LARGEST_SLOT = 1 << 28;

  private final int capacity;
  private final int maxMessage;
  private transient Ends ends;

  /** What a process has of it; not sent. */
  private static final class Ends {
    final TwoLevelLock putLock;
    final TwoLevelLock takeLock;
    final WakeWord notEmpty;
    final WakeWord notFull;
    final WakeWord allDone;

    /** As many had been taken when somebody last looked; with the lock of those who put. */
    long taken;

    /** As many had been put; with the lock of those who take. */
    long put;

    Ends(Words words) {
      putLock = new TwoLevelLock("shared queue, put", words.at(PUT_LOCK, LockWord.SIZE));
      takeLock = new TwoLevelLock("shared queue, take", words.at(TAKE_LOCK, LockWord.SIZE));
      notEmpty = new WakeWord(words, NOT_EMPTY);
      notFull = new WakeWord(words, NOT_FULL);
      allDone = new WakeWord(words, ALL_DONE);
    }
  }

  private SharedQueue(SharedMemory memory, int capacity, int maxMessage) {
    super(memory, 0, memory.size());
    this.capacity = capacity;
    this.maxMessage = maxMessage;
    this.ends = local(Ends.class, Ends::new);
    Inventory.add(
        Inventory.QUEUES, this, each -> Map.of("filled", each.size(), "capacity", each.capacity()));
  }

  /**
   * Creates one.
   *
   * @param capacity how many messages it holds, at least 1
   * @param maxMessage bytes of a message at most, at least 1; room is reserved for as many of that
   *     size
   * @throws IOException if there is no shared memory left
   */
  public static SharedQueue create(int capacity, int maxMessage) throws IOException {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "a queue between processes holds at least 1 message, not " + capacity);
    }
    if (maxMessage < 1 || maxMessage > LARGEST_SLOT) {
      throw new IllegalArgumentException(
          "a message has 1 to " + LARGEST_SLOT + " bytes, not " + maxMessage);
    }
    long size = SLOTS + (long) capacity * slotSize(maxMessage);
    return new SharedQueue(SharedMemory.create(size), capacity, maxMessage);
  }

  private static long slotSize(int maxMessage) {
    return (LENGTH + (long) maxMessage + 7) & ~7L;
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (capacity < 1 || maxMessage < 1 || maxMessage > LARGEST_SLOT) {
      throw new InvalidObjectException("the sizes of a shared queue do not fit");
    }
    requireSize(SLOTS + (long) capacity * slotSize(maxMessage));
    ends = local(Ends.class, Ends::new);
  }

  /**
   * Puts a message, and waits for room.
   *
   * @throws IllegalArgumentException if it is too long
   * @throws QueueShutDown if the queue was shut down
   * @throws dev.loomlet.Cancelled if the caller is cancelled; it was not put then
   */
  public void put(byte[] message) {
    put(message, Waiter.FOREVER);
  }

  /**
   * Puts a message, and waits for room for a limited time.
   *
   * @param timeout 0 or less not to wait, neither for room nor for others who put
   * @return whether it was put
   */
  public boolean put(byte[] message, Duration timeout) {
    return put(message, TimeLimit.toNanos(timeout));
  }

  private boolean put(byte[] message, long nanos) {
    if (message.length > maxMessage) {
      throw new IllegalArgumentException(
          "this queue takes messages of at most "
              + maxMessage
              + " bytes, and this one has "
              + message.length
              + "; create it for larger ones");
    }
    Task.checkpoint();
    Ends to = ends;
    if (!putAtOnce(to, message) && !putSlowly(to, message, nanos)) {
      return false;
    }
    to.notEmpty.wakeAll();
    return true;
  }

  private boolean putAtOnce(Ends to, byte[] message) {
    if (!to.putLock.lockAtOnce()) {
      return false;
    }
    try {
      return putNow(to, message);
    } finally {
      to.putLock.unlockAtOnce();
    }
  }

  private boolean putSlowly(Ends to, byte[] message, long nanos) {
    TimeLimit limit = new TimeLimit(nanos);
    while (true) {
      if (to.putLock.lock(limit.left()) == LockWord.TIMED_OUT) {
        return false;
      }
      try {
        if (putNow(to, message)) {
          return true;
        }
      } finally {
        to.putLock.unlock();
      }
      if (!to.notFull.await(this::hasRoom, limit.left())) {
        return false;
      }
    }
  }

  private boolean isShut() {
    return words().getInt(SHUT) != 0;
  }

  private void requireOpen() {
    if (isShut()) {
      throw new QueueShutDown("the shared queue was shut down and takes no more messages");
    }
  }

  /** With the lock: how many there are is not more than the capacity, else somebody wrote there. */
  private long filled(long put, long taken) {
    long filled = put - taken;
    if (filled < 0 || filled > capacity) {
      throw new IllegalStateException(
          "the memory of a shared queue was overwritten: " + put + " put, " + taken + " taken");
    }
    return filled;
  }

  private long slot(long count) {
    return SLOTS + Long.remainderUnsigned(count, capacity) * slotSize(maxMessage);
  }

  /** With the lock. */
  private boolean putNow(Ends to, byte[] message) {
    requireOpen();
    long put = words().getLongOpaque(PUT_COUNT);
    // What others have taken is looked at only when it has to be: it is on their processor.
    if (put - to.taken < 0 || put - to.taken >= capacity) {
      to.taken = words().getLongAcquire(TAKE_COUNT);
      if (filled(put, to.taken) == capacity) {
        return false;
      }
    }
    long slot = slot(put);
    MemorySegment memory = words().memory();
    memory.set(ValueLayout.JAVA_INT, slot, message.length);
    MemorySegment.copy(message, 0, memory, ValueLayout.JAVA_BYTE, slot + LENGTH, message.length);
    words().setLongRelease(PUT_COUNT, put + 1);
    return true;
  }

  /**
   * Takes a message, and waits for one.
   *
   * @throws QueueShutDown if the queue was shut down and is empty
   * @throws dev.loomlet.Cancelled if the caller is cancelled; nothing was taken then
   */
  public byte[] take() {
    byte[] message = take(Waiter.FOREVER);
    if (message == null) {
      throw new AssertionError("there is no limit");
    }
    return message;
  }

  /**
   * Takes a message, and waits for one for a limited time.
   *
   * @param timeout 0 or less not to wait, neither for a message nor for others who take
   * @return null if none came
   */
  public byte @Nullable [] take(Duration timeout) {
    return take(TimeLimit.toNanos(timeout));
  }

  private byte @Nullable [] take(long nanos) {
    Task.checkpoint();
    Ends from = ends;
    byte[] message = takeAtOnce(from);
    if (message == null) {
      message = takeSlowly(from, nanos);
    }
    if (message != null) {
      from.notFull.wakeAll();
    }
    return message;
  }

  private byte @Nullable [] takeAtOnce(Ends from) {
    if (!from.takeLock.lockAtOnce()) {
      return null;
    }
    try {
      return takeNow(from);
    } finally {
      from.takeLock.unlockAtOnce();
    }
  }

  private byte @Nullable [] takeSlowly(Ends from, long nanos) {
    TimeLimit limit = new TimeLimit(nanos);
    while (true) {
      // Before the look, so that what was put before a shutdown is seen.
      boolean shut = isShut();
      if (from.takeLock.lock(limit.left()) == LockWord.TIMED_OUT) {
        return null;
      }
      byte[] message;
      try {
        message = takeNow(from);
      } finally {
        from.takeLock.unlock();
      }
      if (message != null) {
        return message;
      }
      if (shut) {
        throw new QueueShutDown("the shared queue was shut down and has no more messages");
      }
      if (!from.notEmpty.await(this::hasMessage, limit.left())) {
        return null;
      }
    }
  }

  /** With the lock. */
  private byte @Nullable [] takeNow(Ends from) {
    long taken = words().getLongOpaque(TAKE_COUNT);
    if (from.put - taken <= 0) {
      from.put = words().getLongAcquire(PUT_COUNT);
      if (filled(from.put, taken) == 0) {
        return null;
      }
    }
    long slot = slot(taken);
    MemorySegment memory = words().memory();
    int length = memory.get(ValueLayout.JAVA_INT, slot);
    if (length < 0 || length > maxMessage) {
      throw new IllegalStateException(
          "the memory of a shared queue was overwritten: a message of " + length + " bytes");
    }
    byte[] message = new byte[length];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, slot + LENGTH, message, 0, length);
    words().setLongRelease(TAKE_COUNT, taken + 1);
    return message;
  }

  private boolean hasRoom() {
    return isShut() || words().getLong(PUT_COUNT) - words().getLong(TAKE_COUNT) < capacity;
  }

  private boolean hasMessage() {
    return isShut() || words().getLong(PUT_COUNT) != words().getLong(TAKE_COUNT);
  }

  /**
   * Lets nobody put any more; what there is can still be taken. Ends the waits of those who put,
   * and of those who take once it is empty.
   */
  public void shutdown() {
    Ends of = ends;
    // Whoever puts at the moment is let finish, so that nothing comes after this.
    of.putLock.lock(Waiter.FOREVER);
    words().setInt(SHUT, 1);
    of.putLock.unlock();
    of.notEmpty.wakeAll();
    of.notFull.wakeAll();
  }

  /** Whether a take need not wait: there is a message, or the queue was shut down. */
  @Override
  public boolean isReady() {
    return hasMessage();
  }

  @Override
  public void awaitReady() {
    boolean _ = awaitThat(ends.notEmpty, this::hasMessage, Waiter.FOREVER);
  }

  private static boolean awaitThat(WakeWord wake, BooleanSupplier holds, long nanos) {
    TimeLimit limit = new TimeLimit(nanos);
    while (!holds.getAsBoolean()) {
      if (!wake.await(holds, limit.left())) {
        return false;
      }
    }
    return true;
  }

  /** Counts one more that is done, of those that were ever put. */
  void taskDone() {
    while (true) {
      long done = words().getLong(DONE_COUNT);
      if (done >= words().getLong(PUT_COUNT)) {
        throw new IllegalStateException("taskDone was called more often than there were messages");
      }
      if (words().compareAndSetLong(DONE_COUNT, done, done + 1)) {
        ends.allDone.wakeAll();
        return;
      }
    }
  }

  /** How many were put and are not done. */
  long unfinished() {
    long done = words().getLong(DONE_COUNT);
    return words().getLong(PUT_COUNT) - done;
  }

  /** Waits until all that was put is done; for a limited time. */
  boolean awaitAllDone(long nanos) {
    return awaitThat(ends.allDone, () -> unfinished() <= 0, nanos);
  }

  /** What those who put hold, for tests. */
  TwoLevelLock putLock() {
    return ends.putLock;
  }

  /** How many messages there are; an estimate. */
  public int size() {
    long taken = words().getLong(TAKE_COUNT);
    return Math.clamp(words().getLong(PUT_COUNT) - taken, 0, capacity);
  }

  /** Whether there is none; an estimate. */
  public boolean isEmpty() {
    return size() == 0;
  }

  /** Whether it holds as many as it can; an estimate. */
  public boolean isFull() {
    return size() == capacity;
  }

  /** How many messages it holds at most. */
  public int capacity() {
    return capacity;
  }

  /** The bytes of a message at most. */
  public int maxMessage() {
    return maxMessage;
  }

  @Override
  public String toString() {
    return "SharedQueue[" + size() + " of " + capacity + "]";
  }
}
