package dev.loomlet.process;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Words of shared memory that several processes change: every access is atomic, and volatile unless
 * its name says otherwise. Offsets are in bytes, and fit the size of the word.
 */
final class Words {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment memory;

  Words(MemorySegment memory) {
    this.memory = memory;
  }

  /** A part of them. */
  Words at(long offset, long size) {
    return new Words(memory.asSlice(offset, size));
  }

  /** Where they are. */
  MemorySegment memory() {
    return memory;
  }

  int getInt(long at) {
    return (int) INT.getVolatile(memory, at);
  }

  void setInt(long at, int value) {
    INT.setVolatile(memory, at, value);
  }

  boolean compareAndSetInt(long at, int expected, int value) {
    return INT.compareAndSet(memory, at, expected, value);
  }

  /** Adds, and returns what was there before. */
  int getAndAddInt(long at, int difference) {
    return (int) INT.getAndAdd(memory, at, difference);
  }

  int getIntOpaque(long at) {
    return (int) INT.getOpaque(memory, at);
  }

  long getLong(long at) {
    return (long) LONG.getVolatile(memory, at);
  }

  void setLong(long at, long value) {
    LONG.setVolatile(memory, at, value);
  }

  boolean compareAndSetLong(long at, long expected, long value) {
    return LONG.compareAndSet(memory, at, expected, value);
  }

  long getAndSetLong(long at, long value) {
    return (long) LONG.getAndSet(memory, at, value);
  }

  /** Adds, and returns what was there before. */
  long getAndAddLong(long at, long difference) {
    return (long) LONG.getAndAdd(memory, at, difference);
  }

  long getLongAcquire(long at) {
    return (long) LONG.getAcquire(memory, at);
  }

  void setLongRelease(long at, long value) {
    LONG.setRelease(memory, at, value);
  }

  long getLongOpaque(long at) {
    return (long) LONG.getOpaque(memory, at);
  }
}
