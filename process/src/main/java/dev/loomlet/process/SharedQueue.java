package dev.loomlet.process;

import dev.loomlet.linux.FutexCalls;
import dev.loomlet.queue.QueueShutDown;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Map;
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
public final class SharedQueue implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  /** Each on a cache line of its own, or two of them, which are fetched together. */
  private static final int PUT_LOCK = 0;

  private static final int PUT_COUNT = 128;
  private static final int TAKE_LOCK = 256;
  private static final int TAKE_COUNT = 384;
  private static final int NOT_EMPTY = 512;
  private static final int NOT_EMPTY_WAITERS = 516;
  private static final int NOT_FULL = 640;
  private static final int NOT_FULL_WAITERS = 644;
  private static final int SHUT = 768;
  private static final int SLOTS = 896;

  private static final int LENGTH = 4;
  private static final int LARGEST_SLOT = 1 << 28;
  private static final int SPINS = 100;

  /** Who sleeps looks again after this, should somebody have died between a store and a wake. */
  private static final long LOOK_NANOS = 250_000_000;

  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final SharedMemory memory;
  private final int capacity;
  private final int maxMessage;
  private transient Ends ends;

  /** What a process has of it; not sent. */
  private static final class Ends {
    final MemorySegment segment;
    final TwoLevelLock putLock;
    final TwoLevelLock takeLock;

    Ends(MemorySegment segment) {
      this.segment = segment;
      this.putLock = new TwoLevelLock("shared queue, put", segment.asSlice(PUT_LOCK));
      this.takeLock = new TwoLevelLock("shared queue, take", segment.asSlice(TAKE_LOCK));
    }
  }

  private SharedQueue(SharedMemory memory, int capacity, int maxMessage) {
    this.memory = memory;
    this.capacity = capacity;
    this.maxMessage = maxMessage;
    this.ends = new Ends(memory.segment());
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
    if (capacity < 1
        || maxMessage < 1
        || maxMessage > LARGEST_SLOT
        || memory.size() != SLOTS + (long) capacity * slotSize(maxMessage)) {
      throw new InvalidObjectException("the sizes of a shared queue do not fit");
    }
    ends = new Ends(memory.segment());
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
    Ends to = ends;
    TimeLimit limit = new TimeLimit(nanos);
    while (true) {
      if (to.putLock.lock(limit.left()) == LockWord.TIMED_OUT) {
        return false;
      }
      try {
        requireOpen(to);
        if (putNow(to, message)) {
          break;
        }
      } finally {
        to.putLock.unlock();
      }
      if (!awaitChange(to, NOT_FULL, NOT_FULL_WAITERS, limit, true)) {
        return false;
      }
    }
    wake(to, NOT_EMPTY, NOT_EMPTY_WAITERS);
    return true;
  }

  private static void requireOpen(Ends ends) {
    if ((int) INT.getAcquire(ends.segment, (long) SHUT) != 0) {
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
    return SLOTS + count % capacity * slotSize(maxMessage);
  }

  private boolean putNow(Ends to, byte[] message) {
    long put = (long) LONG.getOpaque(to.segment, (long) PUT_COUNT);
    long taken = (long) LONG.getAcquire(to.segment, (long) TAKE_COUNT);
    if (filled(put, taken) == capacity) {
      return false;
    }
    long slot = slot(put);
    to.segment.set(ValueLayout.JAVA_INT, slot, message.length);
    MemorySegment.copy(
        message, 0, to.segment, ValueLayout.JAVA_BYTE, slot + LENGTH, message.length);
    LONG.setRelease(to.segment, (long) PUT_COUNT, put + 1);
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
    Ends from = ends;
    TimeLimit limit = new TimeLimit(nanos);
    byte[] message;
    while (true) {
      // Before the look, so that what was put before a shutdown is seen.
      boolean shut = (int) INT.getAcquire(from.segment, (long) SHUT) != 0;
      if (from.takeLock.lock(limit.left()) == LockWord.TIMED_OUT) {
        return null;
      }
      try {
        message = takeNow(from);
      } finally {
        from.takeLock.unlock();
      }
      if (message != null) {
        break;
      }
      if (shut) {
        throw new QueueShutDown("the shared queue was shut down and has no more messages");
      }
      if (!awaitChange(from, NOT_EMPTY, NOT_EMPTY_WAITERS, limit, false)) {
        return null;
      }
    }
    wake(from, NOT_FULL, NOT_FULL_WAITERS);
    return message;
  }

  private byte @Nullable [] takeNow(Ends from) {
    long taken = (long) LONG.getOpaque(from.segment, (long) TAKE_COUNT);
    long put = (long) LONG.getAcquire(from.segment, (long) PUT_COUNT);
    if (filled(put, taken) == 0) {
      return null;
    }
    long slot = slot(taken);
    int length = from.segment.get(ValueLayout.JAVA_INT, slot);
    if (length < 0 || length > maxMessage) {
      throw new IllegalStateException(
          "the memory of a shared queue was overwritten: a message of " + length + " bytes");
    }
    byte[] message = new byte[length];
    MemorySegment.copy(from.segment, ValueLayout.JAVA_BYTE, slot + LENGTH, message, 0, length);
    LONG.setRelease(from.segment, (long) TAKE_COUNT, taken + 1);
    return message;
  }

  private boolean hasChanged(Ends of, boolean room) {
    long put = (long) LONG.getVolatile(of.segment, (long) PUT_COUNT);
    long taken = (long) LONG.getVolatile(of.segment, (long) TAKE_COUNT);
    boolean shut = (int) INT.getVolatile(of.segment, (long) SHUT) != 0;
    return shut || (room ? put - taken < capacity : put != taken);
  }

  /**
   * Waits until there may be room, or a message.
   *
   * @return false if the time is over
   */
  private boolean awaitChange(Ends of, int word, int waiters, TimeLimit limit, boolean room) {
    for (int i = 0; i < SPINS; i++) {
      if (hasChanged(of, room)) {
        return true;
      }
      Thread.onSpinWait();
    }
    long left = limit.left();
    if (left <= 0) {
      return hasChanged(of, room);
    }
    int count = (int) INT.getVolatile(of.segment, (long) word);
    // A flag rather than a number of them: one that has died would be counted for ever.
    INT.setVolatile(of.segment, (long) waiters, 1);
    if (!hasChanged(of, room)) {
      FutexWait.await(of.segment.asSlice(word, 4), count, Math.min(left, LOOK_NANOS));
    }
    return true;
  }

  /** After a change: the store of it and the look at the flag must not be exchanged. */
  private static void wake(Ends of, int word, int waiters) {
    VarHandle.fullFence();
    if ((int) INT.getOpaque(of.segment, (long) waiters) != 0) {
      INT.setVolatile(of.segment, (long) waiters, 0);
      int _ = (int) INT.getAndAdd(of.segment, (long) word, 1);
      FutexCalls.wake(of.segment.asSlice(word, 4), Integer.MAX_VALUE);
    }
  }

  /**
   * Lets nobody put any more; what there is can still be taken. Ends the waits of those who put,
   * and of those who take once it is empty.
   */
  public void shutdown() {
    Ends of = ends;
    // Whoever puts at the moment is let finish, so that nothing comes after this.
    of.putLock.lock(Waiter.FOREVER);
    INT.setVolatile(of.segment, (long) SHUT, 1);
    of.putLock.unlock();
    for (int word : new int[] {NOT_EMPTY, NOT_FULL}) {
      int _ = (int) INT.getAndAdd(of.segment, (long) word, 1);
      FutexCalls.wake(of.segment.asSlice(word, 4), Integer.MAX_VALUE);
    }
  }

  /** What those who put hold, for tests. */
  TwoLevelLock putLock() {
    return ends.putLock;
  }

  /** How many messages there are; an estimate. */
  public int size() {
    long taken = (long) LONG.getVolatile(ends.segment, (long) TAKE_COUNT);
    long put = (long) LONG.getVolatile(ends.segment, (long) PUT_COUNT);
    return Math.clamp(put - taken, 0, capacity);
  }

  /** How many messages it holds at most. */
  public int capacity() {
    return capacity;
  }

  /** Removes its file, if this process has created it; who has the queue can go on using it. */
  @Override
  public void close() {
    memory.close();
  }
}
