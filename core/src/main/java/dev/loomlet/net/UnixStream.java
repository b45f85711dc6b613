package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.PeerCredentials;
import dev.loomlet.engine.ReceivedDescriptors;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import java.io.IOException;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection with a process on this machine, or within this one, over a Unix socket (unix(7)).
 *
 * <p>Besides bytes it carries descriptors: open files, connections, listeners. They belong to the
 * bytes with which they were sent, and are lost if those are read in another way than by {@link
 * #receiveDescriptors}.
 */
public final class UnixStream extends SocketStream {
  UnixStream(Loop loop, StreamSocket socket) {
    super(loop, socket);
  }

  /**
   * Connects to whoever listens on a path. Waits only while the listener's queue is full.
   *
   * @param path shorter than 108 bytes
   * @throws java.net.ConnectException if there is no such file, or nobody listens there
   * @throws java.net.SocketException if the file must not be written to
   * @throws IllegalArgumentException if the path is too long
   */
  public static UnixStream connect(Path path) throws IOException {
    return connect(path, 0);
  }

  /**
   * As {@link #connect(Path)}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if it took longer
   */
  public static UnixStream connect(Path path, Duration timeout) throws IOException {
    return connect(path, Timeouts.toNanos(timeout));
  }

  private static UnixStream connect(Path path, long timeoutNanos) throws IOException {
    UnixDomainSocketAddress address = SocketFile.address(path);
    Loop loop = Loop.current();
    return OnLoop.call(
        loop, () -> new UnixStream(loop, loop.engine().connect(address, timeoutNanos)));
  }

  /**
   * Makes two that are connected with each other (socketpair(2)), to talk within a process or to
   * give one away. Both belong to the current loop.
   */
  public static List<UnixStream> pair() throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(
        loop,
        () ->
            loop.engine().openStreamPair().stream()
                .map(socket -> new UnixStream(loop, socket))
                .toList());
  }

  /**
   * Who made the connection at the other end, or listened there, as the kernel knows it (unix(7),
   * SO_PEERCRED). For {@link #pair} that is who made the pair. Does not wait.
   *
   * @return on the engine {@code nio} without the process
   * @throws UnsupportedOperationException if the engine cannot learn it
   */
  public PeerCredentials peerCredentials() throws IOException {
    return OnLoop.call(loop(), socket()::peerCredentials);
  }

  /**
   * Writes bytes, and passes descriptors with the first of them; Python's {@code socket.send_fds}.
   * Waits while the peer is slow.
   *
   * @param data at least 1 byte
   * @param descriptors at most 253; they stay the caller's to close, at once if he likes
   * @throws UnsupportedOperationException on an engine that cannot
   * @throws dev.loomlet.Cancelled if the caller is cancelled; the descriptors may have been sent
   */
  public void sendDescriptors(byte[] data, PassedDescriptor... descriptors) throws IOException {
    if (data.length == 0) {
      throw new IllegalArgumentException("descriptors need at least one byte to go with");
    }
    PassedDescriptor.send(
        descriptors,
        numbers ->
            OnLoop.call(
                loop(),
                () -> {
                  socket().sendDescriptors(data, numbers, writeTimeoutNanos());
                  return null;
                }));
  }

  /**
   * Reads what there is, at least one byte, with the descriptors that belong to it; Python's {@code
   * socket.recv_fds}. Waits. Bytes that were sent with other descriptors are left for the next
   * call.
   *
   * @param maxBytes at least 1
   * @param maxDescriptors 0 to 253
   * @return null at the end of the stream; else to be closed, for the sake of descriptors that
   *     nobody has made something of
   * @throws java.net.SocketException if there were more descriptors, or the process may not open as
   *     many; those that came are closed, and the bytes are lost
   * @throws UnsupportedOperationException on an engine that cannot
   */
  public @Nullable DescriptorMessage receiveDescriptors(int maxBytes, int maxDescriptors)
      throws IOException {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes must be at least 1, not " + maxBytes);
    }
    PassedDescriptor.checkCount(maxDescriptors);
    ReceivedDescriptors received =
        OnLoop.call(
            loop(),
            () -> socket().receiveDescriptors(maxBytes, maxDescriptors, readTimeoutNanos()));
    return received == null ? null : DescriptorMessage.of(received);
  }

  /** This side's address, whose path is empty if it has none. */
  @Override
  public UnixDomainSocketAddress localAddress() throws IOException {
    return (UnixDomainSocketAddress) super.localAddress();
  }

  /** The peer's address, whose path is empty if it has none, as is usual for clients. */
  @Override
  public UnixDomainSocketAddress remoteAddress() throws IOException {
    return (UnixDomainSocketAddress) super.remoteAddress();
  }

  @Override
  public <T> UnixStream setOption(SocketOption<T> option, T value) throws IOException {
    super.setOption(option, value);
    return this;
  }
}
