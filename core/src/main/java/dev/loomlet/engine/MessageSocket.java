package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A socket of an engine that keeps the boundaries of what is sent: of UDP, or a Unix socket for
 * datagrams.
 *
 * <p>One greenlet at a time may receive. Any number may send: who finds no room waits, and the
 * others behind it, in the order in which they came. Cancelling a waiting operation leaves it
 * without effect.
 */
public interface MessageSocket extends ReadWatch {

  /**
   * Takes an address. Does not wait.
   *
   * @param address of this machine, with port 0 for any free one; or a path where nothing is
   * @throws java.net.BindException if it is in use, not allowed or not of this machine
   */
  void bind(SocketAddress address) throws IOException;

  /**
   * Takes a path as {@link #bind(SocketAddress)} does.
   *
   * @param mode the rights to its file, without what the process's mask takes away
   */
  default void bind(UnixDomainSocketAddress address, int mode) throws IOException {
    throw new UnsupportedOperationException("only Unix sockets have a path");
  }

  /**
   * Binds the socket to one peer: what others send is not received any more, not even if it came
   * before. Does not wait, and does not tell the peer.
   */
  void connect(SocketAddress address) throws IOException;

  /**
   * Receives one datagram. Waits.
   *
   * @param target native or an array's
   * @param offset where in the target to begin
   * @param length room for it; what does not fit is lost
   * @return its length, which is more than the room if it was cut off; 0 for an empty one
   * @throws java.net.PortUnreachableException if the peer of a connected socket does not listen
   * @throws java.net.SocketTimeoutException after the time-out; nothing was received
   * @throws ResourceBusyException if another greenlet waits to receive
   */
  int receive(MemorySegment target, long offset, int length, long timeoutNanos) throws IOException;

  /**
   * Receives one datagram of any size. Waits as {@link #receive(MemorySegment, long, int, long)}.
   */
  byte[] receive(long timeoutNanos) throws IOException;

  /**
   * Receives one datagram, and of those that are there as well as many as there are places. Waits
   * for the first one, as {@link #receive(MemorySegment, long, int, long)}. This socket is
   * connected.
   *
   * @param batch not touched as long as this waits
   */
  default void receive(DatagramBatch batch, long timeoutNanos) throws IOException {
    batch.receivedOne(receive(batch.memory(), 0, batch.room(), timeoutNanos));
  }

  /** Who sent the datagram that was received last; null if nobody can be named. */
  @Nullable SocketAddress sender();

  /**
   * Sends one datagram, whole. Waits while the kernel, or the receiver on this machine, has no room
   * for it.
   *
   * @param source native or an array's
   * @param offset where in the source to begin
   * @param length how much, 0 or more
   * @param target null for the peer of a connected socket
   * @throws java.net.PortUnreachableException if the peer of a connected socket did not listen when
   *     an earlier one was sent; this one was not
   * @throws java.net.SocketTimeoutException after the time-out; nothing was sent
   */
  void send(
      MemorySegment source,
      long offset,
      int length,
      @Nullable SocketAddress target,
      long timeoutNanos)
      throws IOException;

  /**
   * Sends datagrams to the peer of a connected socket, in order. Waits as {@link #send}.
   *
   * @throws IOException as that does, about one of them; those before it were sent, the others not
   */
  default void send(DatagramBatch batch, long timeoutNanos) throws IOException {
    for (int i = 0; i < batch.size(); i++) {
      send(batch.memory(), batch.offset(i), batch.length(i), null, timeoutNanos);
    }
  }

  /**
   * Sends datagrams to the peer of a connected socket, in order, as many as there is room for now.
   * Does not wait.
   *
   * @return how many; 0 also if the engine cannot do so
   * @throws IOException as {@link #send} does, about one of them; those before it were sent
   */
  default int sendNow(DatagramBatch batch) throws IOException {
    return 0;
  }

  /**
   * Sends one datagram and passes descriptors with it. Waits as {@link #send}.
   *
   * @param descriptors at most 253; they stay the caller's
   * @param target null for the peer of a connected socket
   * @throws UnsupportedOperationException if the engine or the kind of socket cannot
   */
  default void sendDescriptors(
      byte[] data, int[] descriptors, @Nullable SocketAddress target, long timeoutNanos)
      throws IOException {
    throw new UnsupportedOperationException("descriptors can be passed over Unix sockets only");
  }

  /**
   * Receives one datagram of any size, and takes the descriptors that were passed with it. Waits as
   * {@link #receive(MemorySegment, long, int, long)}.
   *
   * @param most how many descriptors at most, 0 to 253
   * @throws java.net.SocketException if there were more; those that came are closed
   * @throws UnsupportedOperationException if the engine or the kind of socket cannot
   */
  default ReceivedDescriptors receiveDescriptors(int most, long timeoutNanos) throws IOException {
    throw new UnsupportedOperationException("descriptors can be passed over Unix sockets only");
  }

  /**
   * Begins to receive what is sent to a group. Does not wait.
   *
   * @param group a multicast address
   * @param network on which interface; null for the one that the kernel would choose
   * @param source from this sender alone; null for all
   */
  void join(InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source)
      throws IOException;

  /** Ends what {@link #join} with the same arguments began. Does not wait. */
  void leave(InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source)
      throws IOException;

  /** This side's address. */
  SocketAddress localAddress();

  /** The peer's address; null if this is not connected. */
  @Nullable SocketAddress remoteAddress();

  /**
   * Sets a socket option.
   *
   * @throws UnsupportedOperationException if the engine does not know it
   */
  <T> void setOption(SocketOption<T> option, T value) throws IOException;

  /**
   * Reads a socket option.
   *
   * @throws UnsupportedOperationException if the engine does not know it
   */
  <T> T getOption(SocketOption<T> option) throws IOException;

  /** Whether {@link #close} was not called yet. */
  boolean isOpen();

  /**
   * Frees the descriptor; greenlets that wait here get an exception. Does nothing when repeated.
   */
  void close();
}
