package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.time.Duration;

/** A TCP connection. Nagle's algorithm is off. */
public final class TcpStream extends SocketStream {
  TcpStream(Loop loop, StreamSocket socket) {
    super(loop, socket);
  }

  /**
   * Connects. Waits.
   *
   * <p>A name is looked up by the process's {@linkplain Resolvers resolver}, and its addresses are
   * tried as Happy Eyeballs does (RFC 8305): IPv6 and IPv4 in turn, each begun when the one before
   * it has failed or has not succeeded within 250 ms; the first connection wins.
   *
   * @param host name or address
   * @param port 0 to 65535
   * @throws java.net.ConnectException if nobody listens there; of several addresses each has its
   *     own reason, among the suppressed exceptions
   * @throws java.net.UnknownHostException if the name cannot be resolved
   * @throws IllegalArgumentException if the port is out of range
   * @throws dev.loomlet.Cancelled if the caller is cancelled; nothing is left open
   */
  public static TcpStream connect(String host, int port) throws IOException {
    return connect(host, port, 0);
  }

  /**
   * As {@link #connect(String, int)}, for a limited time.
   *
   * @param timeout more than 0; for everything, the lookup of a name included
   * @throws java.net.SocketTimeoutException if it took longer
   */
  public static TcpStream connect(String host, int port, Duration timeout) throws IOException {
    return connect(host, port, Timeouts.toNanos(timeout));
  }

  /** As {@link #connect(String, int)}; also of an address that is not resolved yet. */
  public static TcpStream connect(InetSocketAddress address) throws IOException {
    return address.isUnresolved()
        ? connect(address.getHostString(), address.getPort(), 0)
        : connect(address, 0);
  }

  private static TcpStream connect(String host, int port, long timeoutNanos) throws IOException {
    Addresses.check(host, port);
    InetAddress literal = Addresses.literal(host);
    if (literal != null) {
      return connect(new InetSocketAddress(literal, port), timeoutNanos);
    }
    Loop loop = Loop.current();
    return OnLoop.call(
        loop, () -> new TcpStream(loop, HappyEyeballs.connect(loop, host, port, timeoutNanos)));
  }

  private static TcpStream connect(InetSocketAddress address, long timeoutNanos)
      throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(
        loop, () -> new TcpStream(loop, loop.engine().connect(address, timeoutNanos)));
  }

  /** This side's address. */
  @Override
  public InetSocketAddress localAddress() throws IOException {
    return (InetSocketAddress) super.localAddress();
  }

  /** The peer's address. */
  @Override
  public InetSocketAddress remoteAddress() throws IOException {
    return (InetSocketAddress) super.remoteAddress();
  }

  @Override
  public <T> TcpStream setOption(SocketOption<T> option, T value) throws IOException {
    super.setOption(option, value);
    return this;
  }
}
