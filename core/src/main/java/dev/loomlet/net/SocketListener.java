package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.AcceptedSocket;
import dev.loomlet.engine.ListenSocket;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Source;
import dev.loomlet.wait.Watched;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/** A socket that waits for connections, whatever carries them. */
public abstract sealed class SocketListener implements AutoCloseable
    permits TcpListener, UnixListener {
  static {
    Source.provide(
        SocketListener.class, listener -> new ReadSource(listener.loop, listener.socket));
    Watched.provide(
        SocketListener.class, listener -> new Watched.Behind(listener.loop, listener.socket));
  }

  private final Loop loop;
  private final ListenSocket socket;

  SocketListener(Loop loop, ListenSocket socket) {
    this.loop = loop;
    this.socket = socket;
  }

  /** What carries out the operations, on the loop. */
  final ListenSocket socket() {
    return socket;
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
  public abstract SocketStream accept() throws IOException;

  /**
   * As {@link #accept()}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if none came; none is lost
   */
  public abstract SocketStream accept(Duration timeout) throws IOException;

  /** A connection of this kind. */
  abstract SocketStream newStream(Loop on, StreamSocket connection);

  /** The next connection, on the listener's own loop. */
  final SocketStream acceptHere(long timeoutNanos) throws IOException {
    return OnLoop.call(
        loop, () -> newStream(loop, loop.engine().attach(socket.accept(timeoutNanos))));
  }

  /** The next connection, for whichever loop will serve it. */
  final AcceptedSocket acceptForAnyLoop() throws IOException {
    return socket.accept(0);
  }

  /** Refuses one waiting connection; see {@link ListenSocket#shed}. */
  final boolean shed() {
    return socket.shed();
  }

  /** Where it listens. */
  public SocketAddress localAddress() {
    return socket.localAddress();
  }

  /** The same as people write it. */
  abstract String address();

  /** The loop it belongs to. */
  public final Loop loop() {
    return loop;
  }

  /** Whether it was not closed yet. */
  public final boolean isOpen() {
    return socket.isOpen();
  }

  /** Stops listening. Any thread; does not wait. Does nothing when repeated. */
  @Override
  public void close() {
    OnLoop.close(loop, socket::close);
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + address() + "]";
  }
}
