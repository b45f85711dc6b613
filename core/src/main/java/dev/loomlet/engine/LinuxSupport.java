package dev.loomlet.engine;

import dev.loomlet.linux.SystemCalls;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds out, without failing, whether epoll can be used in this JVM. */
final class LinuxSupport {
  private static final @Nullable String UNAVAILABLE_REASON = probe();

  private LinuxSupport() {}

  static @Nullable String unavailableReason() {
    return UNAVAILABLE_REASON;
  }

  private static @Nullable String probe() {
    String system = System.getProperty("os.name", "");
    if (!system.toLowerCase(Locale.ROOT).startsWith("linux")) {
      return "epoll is a system call of Linux, this is " + system;
    }
    try {
      int epoll = new SystemCalls().epollCreate();
      if (epoll >= 0) {
        SystemCalls.close(epoll);
      }
      return null;
    } catch (UnsupportedOperationException | IllegalCallerException | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return String.valueOf(cause.getMessage());
    }
  }
}
