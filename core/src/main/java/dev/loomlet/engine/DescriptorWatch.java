package dev.loomlet.engine;

import java.io.IOException;

/**
 * A descriptor or channel of somebody else's that is waited for, and neither read nor written nor
 * closed. For greenlets of its loop.
 */
public interface DescriptorWatch extends Watchable {

  /**
   * Waits until it is ready.
   *
   * @param interest {@link #READ} or {@link #WRITE}
   * @param timeoutNanos 0 for none
   * @throws java.net.SocketTimeoutException after the time-out
   * @throws IOException if its owner closes it, which may take a second to be noticed
   * @throws ResourceBusyException if another greenlet waits for the same
   */
  void await(int interest, long timeoutNanos) throws IOException;

  /** Ends the watch; the descriptor stays open. Does nothing when repeated. */
  void close();
}
