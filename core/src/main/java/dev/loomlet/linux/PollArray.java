package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The array of {@code struct pollfd} by which poll(2) is told what to look at, and answers. It lies
 * where the kernel can read it, and grows; one object belongs to one thread.
 */
public final class PollArray {
  private static final int ENTRY_SIZE = 8;
  private static final int EVENTS = 4;
  private static final int RESULT = 6;

  private MemorySegment memory;
  private int capacity;

  /**
   * Creates an array.
   *
   * @param capacity how many entries it has room for at first, at least 1
   */
  public PollArray(int capacity) {
    this.capacity = capacity;
    this.memory = Arena.ofAuto().allocate((long) capacity * ENTRY_SIZE, 8);
  }

  long address() {
    return memory.address();
  }

  /** Writes an entry; the array grows if it must. */
  public void set(int position, int descriptor, int events) {
    if (position >= capacity) {
      grow(position);
    }
    long offset = (long) position * ENTRY_SIZE;
    memory.set(JAVA_INT, offset, descriptor);
    memory.set(JAVA_SHORT, offset + EVENTS, (short) events);
    memory.set(JAVA_SHORT, offset + RESULT, (short) 0);
  }

  private void grow(int position) {
    int larger = Math.max(capacity * 2, position + 1);
    MemorySegment room = Arena.ofAuto().allocate((long) larger * ENTRY_SIZE, 8);
    room.copyFrom(memory);
    memory = room;
    capacity = larger;
  }

  /** Copies an entry to another position. */
  public void copy(int from, int to) {
    MemorySegment.copy(
        memory, (long) from * ENTRY_SIZE, memory, (long) to * ENTRY_SIZE, ENTRY_SIZE);
  }

  /** What is asked of an entry's descriptor, of {@link PollEvents}. */
  public int events(int position) {
    return Short.toUnsignedInt(memory.get(JAVA_SHORT, (long) position * ENTRY_SIZE + EVENTS));
  }

  /** Changes that. */
  public void setEvents(int position, int events) {
    memory.set(JAVA_SHORT, (long) position * ENTRY_SIZE + EVENTS, (short) events);
  }

  /** What the kernel answered, of {@link PollEvents}. */
  public int result(int position) {
    return Short.toUnsignedInt(memory.get(JAVA_SHORT, (long) position * ENTRY_SIZE + RESULT));
  }
}
