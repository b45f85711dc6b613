package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.SystemCalls;
import java.util.Locale;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Finds out, without failing, whether Linux's system calls can be used in this JVM. */
final class LinuxSupport {
  private static final @Nullable String UNAVAILABLE_REASON = reasonBy(LinuxSupport::tryCalls);

  private LinuxSupport() {}

  static @Nullable String unavailableReason() {
    return UNAVAILABLE_REASON;
  }

  private static int tryCalls() {
    int epoll = new SystemCalls().epollCreate();
    if (epoll >= 0) {
      SystemCalls.close(epoll);
    }
    // Also when descriptors have run out: that is no reason to do without.
    return 0;
  }

  /**
   * Tries what an engine is made of.
   *
   * @param attempt gives a negative error if the kernel refuses
   * @return null if it works
   */
  static @Nullable String reasonBy(IntSupplier attempt) {
    String system = System.getProperty("os.name", "");
    if (!system.toLowerCase(Locale.ROOT).startsWith("linux")) {
      return "it is made of Linux's system calls, this is " + system;
    }
    try {
      int result = attempt.getAsInt();
      return result >= 0 || result == -Errno.EMFILE || result == -Errno.ENFILE
          ? null
          : "the kernel refuses it: " + Errno.text(-result);
    } catch (UnsupportedOperationException | IllegalCallerException | LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return String.valueOf(cause.getMessage());
    }
  }
}
