package dev.loomlet.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Words outside of the heap, as futexes must be, for each state of a test: used again and again.
 */
final class SharedState {
  private static final int SIZE = 64;
  private static final int COUNT = 1 << 16;
  private static final MemorySegment ALL = Arena.global().allocate((long) SIZE * COUNT, SIZE);
  private static final AtomicInteger NEXT = new AtomicInteger();

  private SharedState() {}

  /** Words that are zero. */
  static Words next() {
    long at = (long) (NEXT.getAndIncrement() & COUNT - 1) * SIZE;
    return new Words(ALL.asSlice(at, SIZE).fill((byte) 0));
  }
}
