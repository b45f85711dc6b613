package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.AcceptedSocket;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ListenSocket;
import dev.loomlet.wait.Source;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A socket that waits for TCP connections. {@link StreamServer} does more of what servers need. */
public final class TcpListener implements AutoCloseable {
  static {
    Source.provide(TcpListener.class, listener -> new ReadSource(listener.loop, listener.socket));
  }

  private final Loop loop;
  private final ListenSocket socket;

  private TcpListener(Loop loop, ListenSocket socket) {
    this.loop = loop;
    this.socket = socket;
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

  /**
   * Waits for the next connection.
   *
   * @throws java.net.SocketException if this is closed, before or meanwhile
   * @throws dev.loomlet.engine.DescriptorsExhaustedException if no descriptor is left; the
   *     connection stays in the kernel's queue
   * @throws dev.loomlet.engine.ResourceBusyException if another greenlet waits here already
   * @throws dev.loomlet.Cancelled if the caller is cancelled; no connection is lost
   */
  public TcpStream accept() throws IOException {
    return OnLoop.call(loop, () -> new TcpStream(loop, loop.engine().attach(socket.accept(0))));
  }

  /**
   * As {@link #accept()}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if none came; none is lost
   */
  public TcpStream accept(Duration timeout) throws IOException {
    long nanos = Timeouts.toNanos(timeout);
    return OnLoop.call(loop, () -> new TcpStream(loop, loop.engine().attach(socket.accept(nanos))));
  }

  /** The next connection, for whichever loop will serve it. */
  AcceptedSocket acceptForAnyLoop() throws IOException {
    return socket.accept(0);
  }

  /** Refuses one waiting connection; see {@link ListenSocket#shed}. */
  boolean shed() {
    return socket.shed();
  }

  /** Where it listens, with the real port. */
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) socket.localAddress();
  }

  /** The port on which it listens. */
  public int port() {
    return localAddress().getPort();
  }

  /** Whether it was not closed yet. */
  public boolean isOpen() {
    return socket.isOpen();
  }

  /** Stops listening. Any thread; does not wait. Does nothing when repeated. */
  @Override
  public void close() {
    if (loop.isOnThread()) {
      socket.close();
    } else if (!loop.isClosed()) {
      loop.execute(socket::close);
    }
  }

  @Override
  public String toString() {
    return "TcpListener[" + Addresses.text(localAddress()) + "]";
  }
}
