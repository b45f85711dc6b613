package dev.loomlet.process;

import java.io.IOException;

/**
 * A lock between processes, and between the greenlets and threads of each: Python's {@code
 * multiprocessing.Lock}, a robust mutex of pthreads. Capture it in the lambda of a child or of a
 * task, and both have the same lock.
 *
 * {@snippet :
 * lock.lock();
 * try {
 *   stock.sellOne();
 * } finally {
 *   lock.unlock();
 * }
 * }
 *
 * <p>Waiting lets the loop go on. If a process ends while it holds the lock, the next one to lock
 * it gets an {@link OwnerDiedException}, and holds it. Whether a process has ended is the kernel's
 * to say, not a time-out's. If a greenlet or thread ends without unlocking, its process still holds
 * the lock.
 *
 * <p>A holder who locks it once more would wait for himself, and gets an {@code
 * IllegalStateException}; {@link SharedReentrantLock} allows it.
 */
public final class SharedLock extends AbstractSharedLock {
  private static final long serialVersionUID = 1;

  private SharedLock(SharedMemory memory) {
    super(memory, 0);
  }

  /**
   * Creates one.
   *
   * @throws IOException if there is no shared memory left
   */
  public static SharedLock create() throws IOException {
    return new SharedLock(SharedMemory.create(SIZE));
  }

  @Override
  boolean allowsAgain(boolean waits) {
    if (waits) {
      throw new IllegalStateException(
          "the caller holds this lock already and would wait for itself for ever: unlock it first,"
              + " or use a SharedReentrantLock");
    }
    return false;
  }
}
