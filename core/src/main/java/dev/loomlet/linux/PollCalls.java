package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** poll(2), on behalf of one thread. */
public final class PollCalls extends NativeCalls {
  /**
   * Up to so many entries a call that does not wait is short enough to hold up a safepoint; the
   * kernel looks at some ten entries in a microsecond.
   */
  private static final int SHORT_CALL = 256;

  private static final MethodHandle WAIT =
      blocking("ppoll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LOOK = quick("poll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

  private final MemorySegment timeout = Arena.ofAuto().allocate(16, 8);

  /** Creates the calls of one thread. */
  public PollCalls() {}

  /**
   * Looks at descriptors, and waits until something holds for one of them; ppoll(2).
   *
   * @param count how many entries of the array
   * @param timeoutNanos 0 to look only, {@link Long#MAX_VALUE} for ever
   * @return for how many entries something holds, or a negative error
   */
  public int poll(PollArray array, int count, long timeoutNanos) {
    try {
      if (timeoutNanos == 0 && count <= SHORT_CALL) {
        return result((int) LOOK.invokeExact(state, array.address(), (long) count, 0));
      }
      long limit = 0;
      if (timeoutNanos != Long.MAX_VALUE) {
        timeout.set(JAVA_LONG, 0, timeoutNanos / 1_000_000_000);
        timeout.set(JAVA_LONG, 8, timeoutNanos % 1_000_000_000);
        limit = timeout.address();
      }
      return result((int) WAIT.invokeExact(state, array.address(), (long) count, limit, 0L));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
