package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

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

  private static final MethodHandle SYSCALL =
      bind(
          "syscall",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG),
          variadic(1),
          capture());

  private static final MethodHandle MMAP =
      blocking("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);

  private static final MethodHandle MUNMAP =
      bind("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** Never blocks: the message is queued, and the one who gets it is another thread. */
  private static final MethodHandle QUICK_REGISTER =
      bind(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          variadic(1),
          Linker.Option.critical(false));

  private int call(long number, long a, long b, long c, long d, long e, long f) {
    try {
      return (int) result((long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  int setup(int entries, long parameters) {
    return call(SETUP, entries, parameters, 0, 0, 0, 0);
  }

  /** May wait; so it is a call that lets the JVM have its safepoints. */
  int enter(int ring, int submit, int complete, int flags, long argument, long argumentSize) {
    return call(ENTER, ring, submit, complete, flags, argument, argumentSize);
  }

  int register(int ring, int operation, long argument, int count) {
    return call(REGISTER, ring, operation, argument, count, 0, 0);
  }

  /** io_uring_register(2) of something that cannot block. Any thread. */
  static boolean registerQuickly(int ring, int operation, long argument, int count) {
    try {
      return (long)
              QUICK_REGISTER.invokeExact(
                  REGISTER, (long) ring, (long) operation, argument, (long) count)
          >= 0;
    } catch (Throwable t) {
      throw impossible(t);
    }
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
    try {
      return result(
          (long) MMAP.invokeExact(state, 0L, size, PROT_READ_WRITE, flags, descriptor, offset));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Takes a mapping away. Any thread. */
  static void unmap(long address, long size) {
    try {
      int _ = (int) MUNMAP.invokeExact(address, size);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }
}
