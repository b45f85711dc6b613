package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.StreamSocket;
import java.io.IOException;
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
   * @param host name or address
   * @param port 0 to 65535
   * @throws java.net.ConnectException if nobody listens there
   * @throws java.net.UnknownHostException if the name cannot be resolved
   * @throws IllegalArgumentException if the port is out of range
   */
  public static TcpStream connect(String host, int port) throws IOException {
    return connect(Addresses.resolve(host, port), 0);
  }

  /**
   * As {@link #connect(String, int)}, for a limited time.
   *
   * @param timeout more than 0; does not count the resolving of a name
   * @throws java.net.SocketTimeoutException if it took longer
   */
  public static TcpStream connect(String host, int port, Duration timeout) throws IOException {
    return connect(Addresses.resolve(host, port), Timeouts.toNanos(timeout));
  }

  /** As {@link #connect(String, int)}. */
  public static TcpStream connect(InetSocketAddress address) throws IOException {
    return connect(Addresses.resolve(address), 0);
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
