package dev.loomlet.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Carries a question to a server, and its answer back. */
interface Exchange {

  /** Knows the answer among what comes back. */
  @FunctionalInterface
  interface Reader {
    /**
     * Reads what came.
     *
     * @return null if it is not the answer
     */
    @Nullable Reply read(byte[] packet);
  }

  /**
   * Asks a server. Waits.
   *
   * @param timeoutNanos for everything
   * @return the first thing that came and was the answer
   * @throws java.net.SocketTimeoutException if none came in time
   * @throws dev.loomlet.Cancelled if the caller is cancelled; nothing is left open
   */
  Reply ask(InetSocketAddress server, byte[] question, Reader reader, long timeoutNanos)
      throws IOException;
}
