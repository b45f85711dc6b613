package dev.loomlet.jdk;

import org.jspecify.annotations.Nullable;

/** Parks a virtual thread of a loop only if that can be done without its carrier. */
public final class ThreadParking {
  private ThreadParking() {}

  /**
   * Parks the calling thread until it is unparked or interrupted; may return without reason.
   *
   * @param self the calling thread, virtual
   * @param blocker what it waits for, for thread dumps
   * @return false, at once, if the thread cannot leave its carrier at the moment (it initialises a
   *     class, or there is a native frame), or mounting is left to the JDK
   */
  public static boolean park(Thread self, @Nullable Object blocker) {
    return JdkInternals.mounts() && Mount.tryPark(self, blocker);
  }

  /**
   * Finds out whether the calling thread can leave its carrier at the moment, by letting others run
   * once.
   *
   * @param self the calling thread, virtual
   */
  public static boolean canLeave(Thread self) {
    return JdkInternals.mounts() && Mount.tryYield(self);
  }
}
