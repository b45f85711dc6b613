package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Words of shared memory that processes wait for (futex(2)). One object belongs to one thread. */
public final class FutexCalls extends NativeCalls {
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final long BILLION = 1_000_000_000;

  private static final long NUMBER = System.getProperty("os.arch", "").equals("aarch64") ? 98 : 202;

  private static final FunctionDescriptor FUTEX =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WAIT = bind("syscall", FUTEX, variadic(1), capture());
  private static final MethodHandle WAKE =
      bind("syscall", FUTEX, variadic(1), Linker.Option.critical(false));

  private final MemorySegment limit = Arena.ofAuto().allocate(16, 8);

  /** Creates the calls of one thread. */
  public FutexCalls() {}

  /**
   * Waits until somebody wakes those who wait for a word. Blocks the thread.
   *
   * @param word four bytes of shared memory, aligned to four
   * @param expected what must be there for the wait to begin
   * @param nanos how long at most, more than 0
   */
  public void await(MemorySegment word, int expected, long nanos) {
    limit.set(JAVA_LONG, 0, nanos / BILLION);
    limit.set(JAVA_LONG, 8, nanos % BILLION);
    try {
      // Whatever it says, the caller looks at the word again.
      long _ =
          (long)
              WAIT.invokeExact(
                  state, NUMBER, word, (long) FUTEX_WAIT, (long) expected, limit, 0L, 0L);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Wakes those who wait for a word, of whatever process. Any thread; does not block.
   *
   * @param count how many at most
   */
  public static void wake(MemorySegment word, int count) {
    try {
      long _ =
          (long)
              WAKE.invokeExact(
                  NUMBER, word, (long) FUTEX_WAKE, (long) count, MemorySegment.NULL, 0L, 0L);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
