package dev.loomlet.process;

import java.io.IOException;

/**
 * A {@link SharedLock} that its holder may take again, and gives back as often: Python's {@code
 * multiprocessing.RLock}. Its holder is one greenlet or thread of one process.
 */
public final class SharedReentrantLock extends AbstractSharedLock {
  private static final long serialVersionUID = 1;

  SharedReentrantLock(SharedMemory memory, long offset) {
    super(memory, offset);
  }

  /**
   * Creates one.
   *
   * @throws IOException if there is no shared memory left
   */
  public static SharedReentrantLock create() throws IOException {
    return new SharedReentrantLock(SharedMemory.create(SIZE), 0);
  }

  @Override
  boolean allowsAgain(boolean waits) {
    return true;
  }

  /** How often the caller has taken it; 0 if it does not hold it. */
  public int holdCount() {
    return holds();
  }
}
