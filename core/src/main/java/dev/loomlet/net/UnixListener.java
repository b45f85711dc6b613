package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.Engine;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ListenSocket;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket that waits for connections from processes on this machine (unix(7)). {@link
 * StreamServer} does more of what servers need.
 *
 * <p>Its file is made when it is bound and removed when it is closed, unless somebody has put
 * another one in its place. A process that is killed leaves the file behind; {@link
 * UnixOptions#replaceStale} is for that.
 */
public final class UnixListener extends SocketListener {
  /** Null if the file is not to be removed, because others listen there as well. */
  private final @Nullable SocketFile file;

  /** Of a listener that was passed to this process; its file belongs to whoever has made it. */
  UnixListener(Loop loop, ListenSocket socket) {
    this(loop, socket, null);
  }

  private UnixListener(Loop loop, ListenSocket socket, @Nullable SocketFile file) {
    super(loop, socket);
    this.file = file;
  }

  /**
   * Listens on a path with default options.
   *
   * @param path shorter than 108 bytes; nothing may be there
   * @throws java.net.BindException if something is there, or the folder does not exist or must not
   *     be written to
   * @throws IllegalArgumentException if the path is too long
   */
  public static UnixListener bind(Path path) throws IOException {
    return bind(path, UnixOptions.DEFAULT);
  }

  /** As {@link #bind(Path)}, with rights to the file, or a stale file replaced. */
  public static UnixListener bind(Path path, UnixOptions options) throws IOException {
    return bind(path, options, ListenOptions.DEFAULT);
  }

  /** As {@link #bind(Path, UnixOptions)}; of the options for listening the backlog counts. */
  public static UnixListener bind(Path path, UnixOptions options, ListenOptions listening)
      throws IOException {
    UnixDomainSocketAddress address = SocketFile.address(path);
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> bindOn(loop, address, options, listening));
  }

  private static UnixListener bindOn(
      Loop loop, UnixDomainSocketAddress address, UnixOptions options, ListenOptions listening)
      throws IOException {
    Engine engine = loop.engine();
    AtomicReference<@Nullable ListenSocket> bound = new AtomicReference<>();
    try {
      SocketFile file =
          SocketFile.take(
              address.getPath(),
              options,
              () ->
                  bound.set(
                      options.mode() == UnixOptions.BY_MASK
                          ? engine.listen(address, listening)
                          : engine.listen(address, listening, options.mode())),
              () -> engine.connect(address, 1).close());
      ListenSocket socket = bound.get();
      if (socket == null) {
        throw new AssertionError("bound without a socket");
      }
      return new UnixListener(loop, socket, file);
    } catch (IOException | RuntimeException | Error e) {
      ListenSocket socket = bound.get();
      if (socket != null) {
        socket.close();
      }
      throw e;
    }
  }

  @Override
  public UnixStream accept() throws IOException {
    return (UnixStream) acceptHere(0);
  }

  @Override
  public UnixStream accept(Duration timeout) throws IOException {
    return (UnixStream) acceptHere(Timeouts.toNanos(timeout));
  }

  @Override
  UnixStream newStream(Loop on, StreamSocket connection) {
    return new UnixStream(on, connection);
  }

  @Override
  public UnixDomainSocketAddress localAddress() {
    return (UnixDomainSocketAddress) super.localAddress();
  }

  /** The path on which it listens. */
  public Path path() {
    return localAddress().getPath();
  }

  @Override
  String address() {
    return path().toString();
  }

  /**
   * Stops listening and removes the file, unless it was replaced. Any thread; does not wait. Does
   * nothing when repeated.
   */
  @Override
  public void close() {
    if (file != null && isOpen()) {
      file.remove();
    }
    super.close();
  }
}
