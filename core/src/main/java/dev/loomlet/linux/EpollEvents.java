package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The array into which the kernel writes what happened (epoll_wait(2)). */
public final class EpollEvents {
  public static final int EPOLLIN = 0x001;
  public static final int EPOLLPRI = 0x002;
  public static final int EPOLLOUT = 0x004;
  public static final int EPOLLERR = 0x008;
  public static final int EPOLLHUP = 0x010;
  public static final int EPOLLRDHUP = 0x2000;
  public static final int EPOLLET = 1 << 31;

  private final int capacity;
  private final int eventSize;
  private final int dataOffset;
  private final MemorySegment memory;

  EpollEvents(Layout layout, int capacity) {
    this.capacity = capacity;
    this.eventSize = layout.epollEventSize();
    this.dataOffset = layout.epollDataOffset();
    this.memory = Arena.ofAuto().allocate((long) capacity * eventSize, 64);
  }

  int capacity() {
    return capacity;
  }

  long address() {
    return memory.address();
  }

  /** What is ready, of the event at an index. */
  public int events(int index) {
    return memory.get(JAVA_INT_UNALIGNED, (long) index * eventSize);
  }

  /** What was registered with the descriptor, of the event at an index. */
  public long data(int index) {
    return memory.get(JAVA_LONG_UNALIGNED, (long) index * eventSize + dataOffset);
  }
}
