package dev.loomlet;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import org.jspecify.annotations.Nullable;

/** The errors by which code shows that it was interrupted or cancelled while it waited. */
final class Interruption {
  /** Chains of causes may be circular. */
  private static final int DEEPEST = 100;

  /** By a socket of the JDK that waits without our patches: it has no class of errors for it. */
  private static final String CLOSED = "Closed by interrupt";

  private Interruption() {}

  /** Whether an error is one of them, or was caused by one. */
  static boolean isIn(Throwable error) {
    @Nullable Throwable each = error;
    for (int depth = 0; each != null && depth < DEEPEST; depth++) {
      if (isOne(each)) {
        return true;
      }
      each = each.getCause();
    }
    return false;
  }

  private static boolean isOne(Throwable error) {
    return error instanceof InterruptedException
        || error instanceof Cancelled
        || error instanceof ClosedByInterruptException
        || error instanceof FileLockInterruptionException
        || (error instanceof InterruptedIOException && !(error instanceof SocketTimeoutException))
        || (error instanceof SocketException && CLOSED.equals(error.getMessage()));
  }
}
