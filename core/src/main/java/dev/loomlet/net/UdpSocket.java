package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.Engine;
import dev.loomlet.engine.MessageSocket;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket: datagrams, which may get lost, doubled or overtake each other on the way, but come
 * whole (RFC 768, udp(7)).
 *
 * {@snippet :
 * try (UdpSocket socket = UdpSocket.bind("127.0.0.1", 5353)) {
 *   while (true) {
 *     Datagram question = socket.receive();
 *     socket.send(answer(question.data()), question.sender());
 *   }
 * }
 * }
 */
public final class UdpSocket extends SocketDatagrams {
  /** The most bytes that a datagram of IPv4 carries. */
  public static final int MAX_LENGTH = 65_507;

  /** The same for IPv6, which does not count the header of 20 bytes that IPv4 has. */
  private static final int MAX_LENGTH_V6 = 65_527;

  private final boolean v6;

  private UdpSocket(Loop loop, MessageSocket socket, boolean v6) {
    super(loop, socket);
    this.v6 = v6;
  }

  /** Of a socket that was passed to this process. */
  UdpSocket(Loop loop, MessageSocket socket) {
    this(
        loop,
        socket,
        ((InetSocketAddress) socket.localAddress()).getAddress() instanceof Inet6Address);
  }

  /**
   * Opens a socket on a free port of all addresses, for IPv6 and IPv4, or for the one that this
   * machine has.
   */
  public static UdpSocket open() throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> openOn(loop));
  }

  private static UdpSocket openOn(Loop loop) throws IOException {
    try {
      return bindOn(
          loop, new InetSocketAddress(InetAddress.ofLiteral("::"), 0), UdpOptions.DEFAULT);
    } catch (SocketException | UnsupportedOperationException e) {
      // Not "no IPv6" alone: some machines have its sockets, but no address for them.
      return bindOn(
          loop, new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0), UdpOptions.DEFAULT);
    }
  }

  /**
   * Opens a socket on an address.
   *
   * @param host name or address of this machine, or a multicast group; {@code 0.0.0.0} for all of
   *     its addresses of IPv4, {@code ::} for all that it has
   * @param port 0 to 65535; 0 for any free one
   * @throws java.net.BindException if the address is in use, not allowed, or not of this machine
   * @throws java.net.UnknownHostException if the name cannot be resolved
   * @throws IllegalArgumentException if the port is out of range
   */
  public static UdpSocket bind(String host, int port) throws IOException {
    return bind(Addresses.resolve(host, port), UdpOptions.DEFAULT);
  }

  /**
   * Opens a socket on an address.
   *
   * @throws java.net.BindException if the address is in use, not allowed, or not of this machine
   */
  public static UdpSocket bind(InetSocketAddress address, UdpOptions options) throws IOException {
    Loop loop = Loop.current();
    InetSocketAddress resolved = Addresses.resolve(address);
    return OnLoop.call(loop, () -> bindOn(loop, resolved, options));
  }

  private static UdpSocket bindOn(Loop loop, InetSocketAddress address, UdpOptions options)
      throws IOException {
    Engine engine = loop.engine();
    boolean v6 = address.getAddress() instanceof Inet6Address;
    MessageSocket socket =
        engine.openMessages(v6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    try {
      if (options.reuseAddress()) {
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      if (options.reusePort()) {
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      if (options.broadcast()) {
        socket.setOption(StandardSocketOptions.SO_BROADCAST, true);
      }
      socket.bind(address);
      return new UdpSocket(loop, socket, v6);
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Binds the socket to one peer, for good: it receives from that one alone, also of what has come
   * already, {@code send} needs no target, and that nobody listens there is reported as {@link
   * java.net.PortUnreachableException} by the next receive or send. Does not wait and does not tell
   * the peer.
   *
   * @param host name or address
   * @param port 1 to 65535
   * @throws IllegalStateException if it is connected already
   * @throws java.net.UnknownHostException if the name cannot be resolved
   */
  public void connect(String host, int port) throws IOException {
    connect(Addresses.resolve(host, port));
  }

  /** As {@link #connect(String, int)}. */
  public void connect(InetSocketAddress address) throws IOException {
    InetSocketAddress resolved = checkTarget(Addresses.resolve(address));
    if (socket().remoteAddress() != null) {
      throw new IllegalStateException(this + " is connected already; open another one");
    }
    OnLoop.call(
        loop(),
        () -> {
          socket().connect(resolved);
          return null;
        });
  }

  /**
   * Receives one datagram of any size. Waits.
   *
   * @throws java.net.PortUnreachableException if nobody listens where this is connected to
   * @throws java.net.SocketTimeoutException after the time-out set by {@link #setReceiveTimeout}
   * @throws dev.loomlet.engine.ResourceBusyException if another greenlet receives
   * @throws dev.loomlet.Cancelled if the caller is cancelled; no datagram is lost
   */
  public Datagram receive() throws IOException {
    return OnLoop.call(loop(), () -> receive(receiveTimeoutNanos()));
  }

  /**
   * As {@link #receive()}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if none came; none is lost
   */
  public Datagram receive(Duration timeout) throws IOException {
    long nanos = Timeouts.toNanos(timeout);
    return OnLoop.call(loop(), () -> receive(nanos));
  }

  private Datagram receive(long timeoutNanos) throws IOException {
    byte[] data = socket().receive(timeoutNanos);
    return new Datagram(data, sender());
  }

  /**
   * Who sent the datagram that was received last. The same object as before while the sender is the
   * same.
   *
   * @throws IllegalStateException if none was received yet
   */
  public InetSocketAddress sender() {
    SocketAddress sender = socket().sender();
    if (sender == null) {
      throw new IllegalStateException("nothing was received yet by " + this);
    }
    return (InetSocketAddress) sender;
  }

  /**
   * Sends a whole array. Waits while the kernel has no room; that it arrives is not known.
   *
   * @param target where to
   * @throws IllegalArgumentException if it is longer than {@link #MAX_LENGTH}, or the target is of
   *     IPv6 and this socket of IPv4
   * @throws IllegalStateException if this is connected to somebody else
   * @throws java.net.SocketTimeoutException after the time-out; it was not sent
   */
  public void send(byte[] data, InetSocketAddress target) throws IOException {
    sendTo(MemorySegment.ofArray(data), data.length, checkTarget(target));
  }

  /**
   * As {@link #send(byte[], InetSocketAddress)}: a buffer's bytes from its position to its limit,
   * which become equal.
   */
  public void send(ByteBuffer data, InetSocketAddress target) throws IOException {
    sendTo(MemorySegment.ofBuffer(data), data.remaining(), checkTarget(target));
    data.position(data.limit());
  }

  /** As {@link #send(byte[], InetSocketAddress)}, of memory. */
  public void send(MemorySegment data, InetSocketAddress target) throws IOException {
    sendTo(data, Math.toIntExact(data.byteSize()), checkTarget(target));
  }

  private InetSocketAddress checkTarget(InetSocketAddress target) throws IOException {
    InetSocketAddress resolved = Addresses.resolve(target);
    if (resolved.getPort() == 0) {
      throw new IllegalArgumentException("port 0 means no port, so nothing can be sent there");
    }
    if (!v6 && resolved.getAddress() instanceof Inet6Address) {
      throw new IllegalArgumentException(
          "a socket that is bound to an address of IPv4 cannot send to "
              + Addresses.text(resolved)
              + "; UdpSocket.open() makes one that can");
    }
    return resolved;
  }

  @Override
  void checkLength(int length, @Nullable SocketAddress target) {
    SocketAddress to = target == null ? socket().remoteAddress() : target;
    boolean toV6 =
        to instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address;
    int most = toV6 ? MAX_LENGTH_V6 : MAX_LENGTH;
    if (length > most) {
      throw new IllegalArgumentException(
          "a datagram carries at most " + most + " bytes, not " + length);
    }
  }

  /**
   * Receives what is sent to a multicast group as well, on the interface that the machine would
   * choose. The socket's port must be the group's. Does not wait.
   *
   * @throws IllegalArgumentException if it is no multicast address
   */
  public void join(InetAddress group) throws IOException {
    membership(group, null, null, true);
  }

  /** As {@link #join(InetAddress)} on a certain interface. */
  public void join(InetAddress group, NetworkInterface network) throws IOException {
    membership(group, Objects.requireNonNull(network), null, true);
  }

  /** As {@link #join(InetAddress, NetworkInterface)}, from one sender alone (RFC 4607). */
  public void join(InetAddress group, NetworkInterface network, InetAddress source)
      throws IOException {
    membership(group, Objects.requireNonNull(network), Objects.requireNonNull(source), true);
  }

  /** Ends {@link #join(InetAddress)}. Closing the socket does so, too. */
  public void leave(InetAddress group) throws IOException {
    membership(group, null, null, false);
  }

  /** Ends {@link #join(InetAddress, NetworkInterface)}. */
  public void leave(InetAddress group, NetworkInterface network) throws IOException {
    membership(group, Objects.requireNonNull(network), null, false);
  }

  /** Ends {@link #join(InetAddress, NetworkInterface, InetAddress)}. */
  public void leave(InetAddress group, NetworkInterface network, InetAddress source)
      throws IOException {
    membership(group, Objects.requireNonNull(network), Objects.requireNonNull(source), false);
  }

  private void membership(
      InetAddress group,
      @Nullable NetworkInterface network,
      @Nullable InetAddress source,
      boolean join)
      throws IOException {
    if (!group.isMulticastAddress()) {
      throw new IllegalArgumentException(
          group.getHostAddress()
              + " is not the address of a multicast group (224.0.0.0 to 239.255.255.255,"
              + " ff00::/8)");
    }
    if (!v6 && group instanceof Inet6Address) {
      throw new IllegalArgumentException(
          "a socket that is bound to an address of IPv4 cannot be in the group "
              + group.getHostAddress()
              + "; bind it to ::");
    }
    OnLoop.call(
        loop(),
        () -> {
          if (join) {
            socket().join(group, network, source);
          } else {
            socket().leave(group, network, source);
          }
          return null;
        });
  }

  /** This side's address, with the real port. */
  public InetSocketAddress localAddress() throws IOException {
    return (InetSocketAddress) OnLoop.call(loop(), socket()::localAddress);
  }

  /** The port. */
  public int port() throws IOException {
    return localAddress().getPort();
  }

  /** The peer's address; null if this is not connected. */
  public @Nullable InetSocketAddress remoteAddress() {
    return (InetSocketAddress) socket().remoteAddress();
  }

  @Override
  public String toString() {
    InetSocketAddress peer = remoteAddress();
    return "UdpSocket["
        + (isOpen() ? "open" : "closed")
        + (peer == null ? "" : ", to " + Addresses.text(peer))
        + "]";
  }
}
