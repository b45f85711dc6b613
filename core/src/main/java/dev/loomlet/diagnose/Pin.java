package dev.loomlet.diagnose;

import dev.loomlet.jdk.JdkFrames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a greenlet waits and yet does not leave its loop's thread. */
final class Pin {
  private Pin() {}

  /**
   * Says where it waits.
   *
   * @param state of its thread, while that is mounted
   * @param stack the innermost frame first
   * @return null if it does not wait, but runs
   */
  static @Nullable String placeOf(Thread.State state, List<StackTraceElement> stack) {
    return switch (state) {
      case BLOCKED, WAITING, TIMED_WAITING -> placeIn(stack);
      default -> null;
    };
  }

  private static String placeIn(List<StackTraceElement> stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getMethodName().equals("<clinit>")) {
        return "inside the static initialiser of " + frame.getClassName();
      }
      if (frame.isNativeMethod() && !isWaiting(frame)) {
        return "below the native method " + frame.getClassName() + "." + frame.getMethodName();
      }
    }
    // Calls by the foreign function interface have no frame that could be seen.
    return "below native code";
  }

  private static boolean isWaiting(StackTraceElement frame) {
    return JdkFrames.isMachinery(frame) || frame.getClassName().equals("java.lang.Object");
  }
}
