package dev.loomlet.sync;

import java.util.Objects;

/**
 * Mutual exclusion, for stretches of code that wait; the {@code Lock} of asyncio, trio and Python's
 * threads. It knows its owner, and is not recursive: {@link RLock} is.
 *
 * {@snippet :
 * mutex.lock();
 * try {
 *   transfer(from, to);
 * } finally {
 *   mutex.unlock();
 * }
 * mutex.run(() -> transfer(from, to)); // says the same
 * }
 *
 * <p>An owner who wants to take it once more would wait for himself for ever, and gets an {@code
 * IllegalStateException} instead; {@link #tryLock()} alone says false. Unlocking what is not one's
 * own is an {@code IllegalMonitorStateException}.
 *
 * <p>First come, first served: {@link #unlock} hands it to the one who has waited longest. {@link
 * #lock} can be cancelled, unlike that of {@code java.util.concurrent}. From any greenlet or
 * thread.
 */
public final class Mutex extends FairLock {

  /** Creates one that is free. */
  public Mutex() {
    super(null);
  }

  /**
   * Creates one that is free.
   *
   * @param name for messages
   */
  public Mutex(String name) {
    super(Objects.requireNonNull(name));
  }

  @Override
  boolean takeAgain(boolean waits) {
    if (waits) {
      throw new IllegalStateException(
          this
              + " is the caller's already and would never become free: unlock it first, or use an"
              + " RLock, which its owner may take again");
    }
    return false;
  }

  @Override
  boolean giveBackAgain() {
    return false;
  }

  @Override
  int unwind() {
    return 0;
  }

  @Override
  void rewind(int times) {
    // It is taken once.
  }
}
