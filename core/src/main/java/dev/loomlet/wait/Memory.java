package dev.loomlet.wait;

import java.lang.foreign.MemorySegment;

/** What is asked of the memory of callers before the kernel gets it, which would ask nothing. */
public final class Memory {
  private Memory() {}

  /**
   * Refuses memory that must not be changed.
   *
   * @throws IllegalArgumentException if it is read-only
   */
  public static void requireWritable(MemorySegment target) {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("cannot read into memory that is read-only");
    }
  }
}
