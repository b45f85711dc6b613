package dev.loomlet.jdk;

/** Which frames of a stack are the JDK's own work, and nobody's code. */
public final class JdkFrames {
  private JdkFrames() {}

  /** Whether the JDK starts a thread, or has one wait, by such a frame. */
  public static boolean isMachinery(StackTraceElement frame) {
    String type = frame.getClassName();
    return type.startsWith("jdk.internal.")
        || type.startsWith("java.lang.VirtualThread")
        || type.startsWith("java.lang.Thread")
        || type.startsWith("java.lang.System$")
        || type.startsWith("java.util.concurrent.locks.LockSupport")
        || type.startsWith("java.util.concurrent.locks.Abstract")
        || type.startsWith("java.lang.invoke.");
  }

  /** Whether classes are loaded, or calls linked, in such a frame. */
  public static boolean isLoading(StackTraceElement frame) {
    String type = frame.getClassName();
    return type.equals("java.lang.ClassLoader")
        || type.equals("java.lang.invoke.MethodHandleNatives");
  }
}
