package dev.loomlet.process;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.function.Function;

/**
 * What processes share in a few words of shared memory: a block of its own, or a part of another's.
 * It is sent by being captured in the lambda of a child or of a task, as a place in {@link
 * SharedMemory}; both sides then have the same words.
 */
abstract class SharedWords implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  /** Parts begin at cache lines. */
  static final int LINE = 64;

  private final SharedMemory memory;
  private final long offset;
  private final long size;
  private transient Words words;

  /**
   * Creates what lies in a part of a block.
   *
   * @param offset a multiple of {@link #LINE}
   */
  SharedWords(SharedMemory memory, long offset, long size) {
    this.memory = memory;
    this.offset = offset;
    this.size = size;
    this.words = new Words(memory.segment().asSlice(offset, size));
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (memory == null
        || offset < 0
        || offset % LINE != 0
        || size < 1
        || offset > memory.size() - size) {
      throw new InvalidObjectException("this is no part of shared memory: " + offset + ", " + size);
    }
    words = new Words(memory.segment().asSlice(offset, size));
  }

  /** For subclasses that know how large they are, and are read from a message. */
  final void requireSize(long expected) throws InvalidObjectException {
    if (size != expected) {
      throw new InvalidObjectException("the sizes of " + this.getClass().getName() + " do not fit");
    }
  }

  final Words words() {
    return words;
  }

  final SharedMemory memory() {
    return memory;
  }

  /** What this process has for these words besides them; one for all objects of the process. */
  final <T> T local(Class<T> type, Function<Words, T> creation) {
    return memory.local(offset, type, () -> creation.apply(words));
  }

  /**
   * Removes its file, if this process has created it; who has it already can go on using it. Does
   * nothing when repeated.
   */
  @Override
  public void close() {
    memory.close();
  }
}
