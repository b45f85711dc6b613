package dev.loomlet.process;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/**
 * Elements of a primitive type that processes share, as buffers of {@code java.nio}: Python's
 * {@code multiprocessing.Array}. Capture it in the lambda of a child or of a task, and both have
 * the same elements.
 *
 * {@snippet :
 * SharedArray sums = SharedArray.ofLongs(4);
 * JavaProcess.start(() -> sums.longs().put(0, compute()));
 * }
 *
 * <p>Elements are read and written as in an array, without any order between processes; hold {@link
 * #lock}, or wait for the other process's end, to see what it has written. {@link #segment} is for
 * atomic accesses by {@code VarHandle}.
 */
public final class SharedArray implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;
  private static final int FIRST = (int) AbstractSharedLock.SIZE;

  private final SharedMemory memory;
  private final int length;
  private final int width;
  private transient SharedReentrantLock lock;

  private SharedArray(int length, int width) throws IOException {
    if (length < 1 || length > Integer.MAX_VALUE / width) {
      throw new IllegalArgumentException(
          "a shared array has 1 to "
              + Integer.MAX_VALUE / width
              + " elements of "
              + width
              + " bytes, not "
              + length);
    }
    this.memory = SharedMemory.create(FIRST + (long) length * width);
    this.length = length;
    this.width = width;
    this.lock = new SharedReentrantLock(memory, 0);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (memory == null || length < 1 || memory.size() != FIRST + (long) length * width) {
      throw new InvalidObjectException("the sizes of a shared array do not fit");
    }
    lock = new SharedReentrantLock(memory, 0);
  }

  /**
   * Creates one of bytes, all 0.
   *
   * @param length at least 1
   * @throws IOException if there is no shared memory left
   */
  public static SharedArray ofBytes(int length) throws IOException {
    return new SharedArray(length, Byte.BYTES);
  }

  /** As {@link #ofBytes}, of {@code int}. */
  public static SharedArray ofInts(int length) throws IOException {
    return new SharedArray(length, Integer.BYTES);
  }

  /** As {@link #ofBytes}, of {@code long}. */
  public static SharedArray ofLongs(int length) throws IOException {
    return new SharedArray(length, Long.BYTES);
  }

  /** As {@link #ofBytes}, of {@code double}. */
  public static SharedArray ofDoubles(int length) throws IOException {
    return new SharedArray(length, Double.BYTES);
  }

  /** How many elements it has. */
  public int length() {
    return length;
  }

  /** The elements' memory. */
  public MemorySegment segment() {
    return memory.segment().asSlice(FIRST);
  }

  /** A view of all bytes, whatever the elements are; in the machine's order. */
  public ByteBuffer bytes() {
    return segment().asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /**
   * A view of the elements.
   *
   * @throws IllegalStateException if they have another width
   */
  public IntBuffer ints() {
    requireWidth(Integer.BYTES);
    return bytes().asIntBuffer();
  }

  /**
   * A view of the elements.
   *
   * @throws IllegalStateException if they have another width
   */
  public LongBuffer longs() {
    requireWidth(Long.BYTES);
    return bytes().asLongBuffer();
  }

  /**
   * A view of the elements.
   *
   * @throws IllegalStateException if they have another width
   */
  public DoubleBuffer doubles() {
    requireWidth(Double.BYTES);
    return bytes().asDoubleBuffer();
  }

  private void requireWidth(int wanted) {
    if (width != wanted) {
      throw new IllegalStateException(
          "the elements of this array have " + width + " bytes, not " + wanted);
    }
  }

  /** A lock that goes with it (Python: {@code get_lock}), the same one for all processes. */
  public SharedReentrantLock lock() {
    return lock;
  }

  /** Removes its file, if this process has created it; who has the array can go on using it. */
  @Override
  public void close() {
    memory.close();
  }

  @Override
  public String toString() {
    return "SharedArray[" + length + " elements of " + width + " bytes]";
  }
}
