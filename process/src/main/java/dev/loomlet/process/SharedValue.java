package dev.loomlet.process;

import java.io.IOException;
import java.io.ObjectInputStream;

/**
 * A value that processes share, with a lock for what takes more than one operation: Python's {@code
 * multiprocessing.Value}. Each single operation is atomic and needs no lock.
 */
abstract sealed class SharedValue extends SharedWords
    permits SharedLong, SharedDouble, SharedBoolean {
  private static final long serialVersionUID = 1;

  /** Of the value. */
  static final int VALUE = (int) AbstractSharedLock.SIZE;

  static final long SIZE = VALUE + (long) LINE;

  private transient SharedReentrantLock lock;

  SharedValue() throws IOException {
    super(SharedMemory.create(SIZE), 0, SIZE);
    this.lock = new SharedReentrantLock(memory(), 0);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    requireSize(SIZE);
    lock = new SharedReentrantLock(memory(), 0);
  }

  /**
   * A lock that goes with it (Python: {@code get_lock}), the same one for all processes. The
   * operations of this class do not take it.
   */
  public final SharedReentrantLock lock() {
    return lock;
  }
}
