package dev.loomlet.sync;

import java.util.Objects;

/**
 * A lock that its owner may take again, and gives back as often; the {@code RLock} of gevent and
 * Python's threads, {@code ReentrantLock} with fairness on.
 *
 * <p>Everything else is as in {@link Mutex}: it knows its owner, only he can unlock it, it goes to
 * the one who has waited longest, and waiting for it can be cancelled. From any greenlet or thread.
 */
public final class RLock extends FairLock {

  /** How often it was taken beyond once. The owner's. */
  private int again;

  /** Creates one that is free. */
  public RLock() {
    super(null);
  }

  /**
   * Creates one that is free.
   *
   * @param name for messages
   */
  public RLock(String name) {
    super(Objects.requireNonNull(name));
  }

  @Override
  boolean takeAgain(boolean waits) {
    if (again == Integer.MAX_VALUE - 1) {
      throw new IllegalStateException(this + " was taken too often without being given back");
    }
    again++;
    return true;
  }

  @Override
  boolean giveBackAgain() {
    if (again == 0) {
      return false;
    }
    again--;
    return true;
  }

  @Override
  int unwind() {
    int times = again;
    again = 0;
    return times;
  }

  @Override
  void rewind(int times) {
    again = times;
  }

  /** How often the caller has taken it; 0 if it is not the caller's. */
  public int holdCount() {
    return isHeldByCurrentThread() ? again + 1 : 0;
  }
}
