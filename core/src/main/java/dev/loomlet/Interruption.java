package dev.loomlet;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileLockInterruptionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The errors by which code shows that it was interrupted or cancelled while it waited, or that
 * somebody else who was so closed what it waited for.
 */
final class Interruption {
  /** Chains of causes may be circular. */
  private static final int DEEPEST = 100;

  /** Of the JDK's sockets, which have no class of errors for either. */
  private static final Set<String> OF_SOCKETS = Set.of("Closed by interrupt", "Socket closed");

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
        || error instanceof AsynchronousCloseException
        || error instanceof FileLockInterruptionException
        || (error instanceof InterruptedIOException && !(error instanceof SocketTimeoutException))
        || (error instanceof SocketException
            && error.getMessage() != null
            && OF_SOCKETS.contains(error.getMessage()));
  }
}
