package dev.loomlet.engine;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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

  /**
   * How many system calls it has made so far on its loop's thread, for sockets, datagrams and its
   * own waits. Exact there, else an estimate. What helper threads do, files, and the closing of
   * descriptors are not among them.
   *
   * @return -1 if they are not counted
   */
  default long systemCalls() {
    return -1;
  }

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
   * Starts to listen on a path whose file gets certain rights. Where the kernel does not allow to
   * set them before others can connect, they are set right after that.
   *
   * @param mode as of chmod(2), without what the process's mask takes away
   * @throws java.net.BindException if there is such a file, or it cannot be made
   */
  ListenSocket listen(UnixDomainSocketAddress address, ListenOptions options, int mode)
      throws IOException;

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

  /** Makes two Unix sockets that are connected with each other (socketpair(2)). */
  List<StreamSocket> openStreamPair() throws IOException;

  /**
   * Makes two Unix sockets for datagrams that are connected with each other.
   *
   * @throws UnsupportedOperationException if the engine has no such sockets
   */
  default List<MessageSocket> openMessagePair() throws IOException {
    throw noDescriptors();
  }

  /**
   * Takes over a descriptor, and makes it non-blocking for all who share it.
   *
   * @param unix whether it is a Unix socket; else of TCP
   * @throws IllegalArgumentException if it is something else; it stays the caller's then
   * @throws UnsupportedOperationException if the engine does not work with descriptors
   */
  default StreamSocket adoptStream(int descriptor, boolean unix) throws IOException {
    throw noDescriptors();
  }

  /** As {@link #adoptStream}, of a socket that listens. */
  default ListenSocket adoptListener(int descriptor, boolean unix) throws IOException {
    throw noDescriptors();
  }

  /** As {@link #adoptStream}, of a socket for datagrams: of UDP, if not Unix. */
  default MessageSocket adoptMessages(int descriptor, boolean unix) throws IOException {
    throw noDescriptors();
  }

  /**
   * A second descriptor for an open file, which the caller has to close.
   *
   * @throws UnsupportedOperationException if the engine does not work with descriptors
   */
  default int duplicate(int descriptor) throws IOException {
    throw noDescriptors();
  }

  private UnsupportedOperationException noDescriptors() {
    return new UnsupportedOperationException(
        "the engine "
            + name()
            + " cannot pass descriptors and has no Unix datagrams; those of Linux can and have,"
            + " such as epoll");
  }

  /**
   * Takes over a connection that another loop accepted.
   *
   * @param accepted by an engine of the same kind; closed if this fails
   */
  StreamSocket attach(AcceptedSocket accepted) throws IOException;

  /** What it does with pipes, FIFOs and the standard streams. */
  PipeOperations pipes();

  /**
   * Watches a descriptor that is not the engine's.
   *
   * @throws IOException if it is not open
   * @throws UnsupportedOperationException if there are no descriptors on this system
   */
  DescriptorWatch watch(int descriptor) throws IOException;

  /**
   * Watches a channel that is not the engine's.
   *
   * @param channel which does not block
   */
  DescriptorWatch watch(SelectableChannel channel) throws IOException;

  /** For waiting for several things at once. */
  ReadySet newReadySet();

  /**
   * What it does for blocking calls of the JDK.
   *
   * @return null if it knows nothing of descriptors
   */
  default @Nullable JdkDescriptors jdkDescriptors() {
    return null;
  }

  /**
   * What it answers to the JDK's sockets in the place of a kernel.
   *
   * @return null if there is one
   */
  default @Nullable VirtualSockets virtualSockets() {
    return null;
  }

  /** What it does with files. */
  FileOperations files();

  /**
   * How names of hosts become addresses on this loop.
   *
   * @return null if that is the process's business, as {@code dev.loomlet.net.Resolvers} says
   */
  default @Nullable HostNames hostNames() {
    return null;
  }

  /** Where chance comes from on this loop, for whatever need not be secret. */
  default RandomGenerator random() {
    return ThreadLocalRandom.current();
  }

  /**
   * Whether threads may do work for greenlets of the loop that would keep it from others. If not,
   * such work is done on the loop.
   */
  default boolean usesThreads() {
    return true;
  }

  /**
   * Told before a greenlet of the loop has something done that goes by none of the loop's seams,
   * such as by a thread of its own. Does nothing, unless such a thing must not be.
   *
   * @param what for a message, such as "a child process"
   * @throws RuntimeException if it must not be
   */
  default void leaving(String what) {}

  /**
   * Told of a greenlet that stands in for a thread which code has started that knows of no
   * greenlets.
   *
   * @param thread the greenlet's, which has not started
   * @param daemon whether the program ends without waiting for it
   */
  default void standsIn(Thread thread, boolean daemon) {}

  /**
   * Closes every socket and file and frees what the engine holds. The loop does not run any more.
   */
  @Override
  void close();
}
