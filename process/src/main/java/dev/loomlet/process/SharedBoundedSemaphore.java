package dev.loomlet.process;

import java.io.IOException;
import java.io.ObjectInputStream;

/**
 * A {@link SharedSemaphore} that never has more permits than at first, and knows which process has
 * which: Python's {@code multiprocessing.BoundedSemaphore}. One release too many is an {@code
 * IllegalStateException}. The permits of a process that has ended, whichever way, are there again.
 *
 * <p>A release gives back one of the process's own permits; if it has none, one of another's, so
 * that the one who acquires need not be the one who releases.
 */
public final class SharedBoundedSemaphore extends SharedSemaphore {
  private static final long serialVersionUID = 1;

  /** For each permit the process that has it, or 0: it is taken and given back by one store. */
  private static final int HOLDERS = LINE;

  private static final int MOST = 1 << 16;

  private final int permits;
  private transient long self;

  private SharedBoundedSemaphore(SharedMemory memory, int permits) {
    super(memory, sizeOf(permits));
    this.permits = permits;
    this.self = ProcessIdentity.own();
  }

  private static long sizeOf(int permits) {
    return HOLDERS + 8L * permits;
  }

  /**
   * Creates one.
   *
   * @param permits how many there are at first and at most, 1 to 65,536
   * @throws IOException if there is no shared memory left
   */
  public static SharedBoundedSemaphore create(int permits) throws IOException {
    if (permits < 1 || permits > MOST) {
      throw new IllegalArgumentException(
          "a bounded semaphore has 1 to " + MOST + " permits, not " + permits);
    }
    return new SharedBoundedSemaphore(SharedMemory.create(sizeOf(permits)), permits);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    requireSize(sizeOf(permits));
    self = ProcessIdentity.own();
  }

  private static long holder(int permit) {
    return HOLDERS + 8L * permit;
  }

  @Override
  boolean take() {
    for (int i = 0; i < permits; i++) {
      if (words().getLong(holder(i)) == 0 && words().compareAndSetLong(holder(i), 0, self)) {
        return true;
      }
    }
    return false;
  }

  @Override
  boolean takeFromTheDead() {
    long alive = self;
    for (int i = 0; i < permits; i++) {
      long holder = words().getLong(holder(i));
      if (holder == alive || holder == self) {
        continue;
      }
      if (holder != 0 && ProcessIdentity.isAlive(holder)) {
        alive = holder;
      } else if (words().compareAndSetLong(holder(i), holder, self)) {
        return true;
      }
    }
    return false;
  }

  @Override
  void giveBack(int count) {
    if (count > permits - availablePermits()) {
      throw tooMany(count, permits);
    }
    for (int i = 0; i < count; i++) {
      if (!giveBackOne(true) && !giveBackOne(false)) {
        throw tooMany(1, permits);
      }
    }
  }

  private boolean giveBackOne(boolean own) {
    for (int i = permits - 1; i >= 0; i--) {
      long holder = words().getLong(holder(i));
      if ((own ? holder == self : holder != 0) && words().compareAndSetLong(holder(i), holder, 0)) {
        return true;
      }
    }
    return false;
  }

  /** How many could be taken now; those of processes that have ended count when somebody waits. */
  @Override
  public int availablePermits() {
    int available = 0;
    for (int i = 0; i < permits; i++) {
      if (words().getLong(holder(i)) == 0) {
        available++;
      }
    }
    return available;
  }
}
