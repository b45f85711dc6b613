package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * select(2), on behalf of one thread: two sets of descriptors that the kernel reads and overwrites.
 */
public final class SelectCalls extends NativeCalls {
  /** FD_SETSIZE: how many descriptors an {@code fd_set} of the C library has bits for. */
  public static final int SET_SIZE = 1024;

  private static final int SET_BYTES = SET_SIZE / 8;

  private static final MethodHandle WAIT =
      blocking(
          "pselect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LOOK =
      quick("pselect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private final MemorySegment memory = Arena.ofAuto().allocate(2 * SET_BYTES + 16, 8);
  private final long readAddress = memory.address();
  private final long writeAddress = readAddress + SET_BYTES;
  private final long timeoutAddress = writeAddress + SET_BYTES;

  /** Creates the calls of one thread. */
  public SelectCalls() {}

  /**
   * Waits until one of the descriptors in two sets is ready; pselect(2).
   *
   * @param count the highest descriptor in them, and one
   * @param read 64 descriptors a word, those to read from; afterwards those that are ready
   * @param write the same to write to
   * @param timeoutNanos 0 to look only, {@link Long#MAX_VALUE} for ever
   * @return how many bits are set, or a negative error, with the sets as they were
   */
  public int select(int count, long[] read, long[] write, long timeoutNanos) {
    int words = (count + 63) / 64;
    MemorySegment.copy(read, 0, memory, JAVA_LONG, 0, words);
    MemorySegment.copy(write, 0, memory, JAVA_LONG, SET_BYTES, words);
    long limit = 0;
    if (timeoutNanos != Long.MAX_VALUE) {
      memory.set(JAVA_LONG, 2L * SET_BYTES, timeoutNanos / 1_000_000_000);
      memory.set(JAVA_LONG, 2L * SET_BYTES + 8, timeoutNanos % 1_000_000_000);
      limit = timeoutAddress;
    }
    int ready;
    try {
      // The kernel looks at a thousand descriptors in less than 0.1 ms, so that a safepoint can
      // wait for a call that does not.
      ready =
          timeoutNanos == 0
              ? (int) LOOK.invokeExact(state, count, readAddress, writeAddress, 0L, limit, 0L)
              : (int) WAIT.invokeExact(state, count, readAddress, writeAddress, 0L, limit, 0L);
    } catch (Throwable e) {
      throw impossible(e);
    }
    if (result(ready) < 0) {
      return -errno();
    }
    MemorySegment.copy(memory, JAVA_LONG, 0, read, 0, words);
    MemorySegment.copy(memory, JAVA_LONG, SET_BYTES, write, 0, words);
    return ready;
  }
}
