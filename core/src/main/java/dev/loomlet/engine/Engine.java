package dev.loomlet.engine;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;

/**
 * A loop's one door to the kernel.
 *
 * <p>Operations are called by greenlets of the loop and make them wait; {@link #poll} is called by
 * the loop between greenlets. A time-out is in nanoseconds, 0 for none.
 */
public interface Engine extends AutoCloseable {

  /** As chosen by {@code --engine}, such as {@code epoll}. */
  String name();

  /**
   * Collects what happened and makes the greenlets ready that waited for it.
   *
   * @param timeoutNanos 0 to look only; otherwise how long to wait for something to happen, {@link
   *     Long#MAX_VALUE} for ever. May return earlier.
   */
  void poll(long timeoutNanos);

  /** Ends a {@link #poll} that waits, or else the next one. Any thread; does not block. */
  void wakeUp();

  /**
   * Starts to listen for connections.
   *
   * @param address of TCP, resolved, with port 0 for any free one; or of a Unix socket
   * @throws java.net.BindException if the address is in use, not allowed or not of this machine
   */
  ListenSocket listen(SocketAddress address, ListenOptions options) throws IOException;

  /**
   * Connects. Waits.
   *
   * @param address of TCP, resolved; or of a Unix socket
   * @throws java.net.ConnectException if nobody listens there
   * @throws java.net.SocketTimeoutException after the time-out
   */
  StreamSocket connect(SocketAddress address, long timeoutNanos) throws IOException;

  /**
   * Makes a socket for datagrams that has no address yet. Does not wait.
   *
   * @param family INET or INET6 for UDP, where a socket of INET6 also speaks IPv4; or UNIX
   * @throws UnsupportedOperationException if the engine or the machine has no such sockets
   */
  MessageSocket openMessages(StandardProtocolFamily family) throws IOException;

  /**
   * Takes over a connection that another loop accepted.
   *
   * @param accepted by an engine of the same kind; closed if this fails
   */
  StreamSocket attach(AcceptedSocket accepted) throws IOException;

  /** What it does with files. */
  FileOperations files();

  /**
   * Closes every socket and file and frees what the engine holds. The loop does not run any more.
   */
  @Override
  void close();
}
