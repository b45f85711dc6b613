package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ListenSocket;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A socket that waits for TCP connections. {@link StreamServer} does more of what servers need. */
public final class TcpListener extends SocketListener {
  TcpListener(Loop loop, ListenSocket socket) {
    super(loop, socket);
  }

  /**
   * Listens on an address with default options.
   *
   * @param host name or address of this machine; {@code 0.0.0.0} or {@code ::} for all of its
   * @param port 0 to 65535; 0 for any free one
   * @throws java.net.BindException if the address is in use, not allowed, or not of this machine
   * @throws java.net.UnknownHostException if the name cannot be resolved
   * @throws IllegalArgumentException if the port is out of range
   */
  public static TcpListener bind(String host, int port) throws IOException {
    return bind(Addresses.resolve(host, port), ListenOptions.DEFAULT);
  }

  /**
   * Listens on an address.
   *
   * @throws java.net.BindException if the address is in use, not allowed, or not of this machine
   */
  public static TcpListener bind(InetSocketAddress address, ListenOptions options)
      throws IOException {
    Loop loop = Loop.current();
    InetSocketAddress resolved = Addresses.resolve(address);
    ListenSocket socket = OnLoop.call(loop, () -> loop.engine().listen(resolved, options));
    return new TcpListener(loop, socket);
  }

  @Override
  public TcpStream accept() throws IOException {
    return (TcpStream) acceptHere(0);
  }

  @Override
  public TcpStream accept(Duration timeout) throws IOException {
    return (TcpStream) acceptHere(Timeouts.toNanos(timeout));
  }

  @Override
  TcpStream newStream(Loop on, StreamSocket connection) {
    return new TcpStream(on, connection);
  }

  /** Where it listens, with the real port. */
  @Override
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) super.localAddress();
  }

  @Override
  String address() {
    return Addresses.text(localAddress());
  }

  /** The port on which it listens. */
  public int port() {
    return localAddress().getPort();
  }
}
