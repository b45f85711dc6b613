package dev.loomlet.engine;

import java.io.IOException;
import java.net.SocketAddress;

/** A listening socket of an engine. */
public interface ListenSocket extends ReadWatch {

  /**
   * Takes the next connection. Waits.
   *
   * @throws DescriptorsExhaustedException if the process has no descriptor left for it
   * @throws java.net.SocketTimeoutException after the time-out
   * @throws ResourceBusyException if another greenlet waits here already
   */
  AcceptedSocket accept(long timeoutNanos) throws IOException;

  /**
   * Refuses one waiting connection with the help of a descriptor kept in reserve, so that the
   * client is told instead of left hanging while descriptors are exhausted. Does not wait.
   *
   * @return false if no connection was waiting, or the reserve is gone as well
   */
  boolean shed();

  /** Where it listens, with the real port. */
  SocketAddress localAddress();

  /** Whether {@link #close} was not called yet. */
  boolean isOpen();

  /** Stops listening; a greenlet that waits in {@link #accept} gets an exception. */
  void close();
}
