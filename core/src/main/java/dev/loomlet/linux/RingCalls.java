package dev.loomlet.linux;

import java.lang.foreign.MemorySegment;

/**
 * The system calls of io_uring by their numbers, because the C library has no functions for them
 * (io_uring_setup(2), io_uring_enter(2), io_uring_register(2)), and the mapping of memory.
 *
 * <p>Belongs to one thread, but for what is static.
 */
final class RingCalls extends NativeCalls {
  // The same on every processor but Alpha, which no JDK 25 is made for.
  private static final long SETUP = 425;
  private static final long ENTER = 426;
  private static final long REGISTER = 427;

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 0x01;
  private static final int MAP_PRIVATE = 0x02;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_POPULATE = 0x8000;

  private static final MemorySegment SYSCALL = function("syscall");
  private static final MemorySegment MMAP = function("mmap");
  private static final MemorySegment MUNMAP = function("munmap");

  int setup(int entries, long parameters) {
    return (int) result(quickly(SYSCALL, SETUP, entries, parameters));
  }

  /** May wait; so it is a call that lets the JVM have its safepoints. */
  int enter(int ring, int submit, int complete, int flags, long argument, long argumentSize) {
    return (int)
        result(slowly(SYSCALL, ENTER, ring, submit, complete, flags, argument, argumentSize));
  }

  int register(int ring, int operation, long argument, int count) {
    return (int) result(quickly(SYSCALL, REGISTER, ring, operation, argument, count, 0, 0));
  }

  /** io_uring_register(2) of something that cannot block. Any thread. */
  static boolean registerQuickly(int ring, int operation, long argument, int count) {
    return regardless(SYSCALL, REGISTER, ring, operation, argument, count) >= 0;
  }

  /**
   * Maps memory that a descriptor shares.
   *
   * @return its address, or a negative error
   */
  long mapShared(int descriptor, long offset, long size) {
    return map(size, MAP_SHARED | MAP_POPULATE, descriptor, offset);
  }

  /**
   * Maps fresh memory, beginning at a page.
   *
   * @return its address, or a negative error
   */
  long mapFresh(long size) {
    return map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }

  private long map(long size, int flags, int descriptor, long offset) {
    return result(quickly(MMAP, 0, size, PROT_READ_WRITE, flags, descriptor, offset, 0));
  }

  /** Takes a mapping away. Any thread. */
  static void unmap(long address, long size) {
    regardless(MUNMAP, address, size, 0, 0, 0);
  }
}
