package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Memory by its address, for what is shared with the kernel: no object is made, and no bound is
 * checked, so whoever calls must know that the address is good.
 *
 * <p>The orders are those of {@link VarHandle}: what is written before a release is seen by whoever
 * acquires it, be it a thread or the kernel.
 */
public final class NativeMemory {
  private static final MemorySegment ALL = all();
  private static final VarHandle INT = JAVA_INT.varHandle().withInvokeExactBehavior();
  private static final VarHandle SHORT = JAVA_SHORT.varHandle().withInvokeExactBehavior();

  private NativeMemory() {}

  @SuppressWarnings("restricted") // this package is why the module needs native access
  private static MemorySegment all() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  /**
   * Memory outside of the Java heap.
   *
   * @param address must be good for the length
   */
  public static MemorySegment at(long address, long length) {
    return ALL.asSlice(address, length);
  }

  static int getInt(long address) {
    return ALL.get(JAVA_INT, address);
  }

  static void putInt(long address, int value) {
    ALL.set(JAVA_INT, address, value);
  }

  static long getLong(long address) {
    return ALL.get(JAVA_LONG, address);
  }

  static void putLong(long address, long value) {
    ALL.set(JAVA_LONG, address, value);
  }

  static void putShort(long address, short value) {
    ALL.set(JAVA_SHORT, address, value);
  }

  static int getIntAcquire(long address) {
    return (int) INT.getAcquire(ALL, address);
  }

  static int getIntOpaque(long address) {
    return (int) INT.getOpaque(ALL, address);
  }

  static void putIntRelease(long address, int value) {
    INT.setRelease(ALL, address, value);
  }

  static void putShortRelease(long address, short value) {
    SHORT.setRelease(ALL, address, value);
  }
}
