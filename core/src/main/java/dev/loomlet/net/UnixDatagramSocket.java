package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.Engine;
import dev.loomlet.engine.MessageSocket;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket for datagrams between processes on this machine (unix(7)). Unlike those of UDP they
 * do not get lost, keep their order, and make the sender wait while the receiver is slow. They may
 * carry descriptors.
 *
 * <p>The JDK has none, so on the engine {@code nio} there are none: opening one throws {@link
 * UnsupportedOperationException}.
 */
public final class UnixDatagramSocket extends SocketDatagrams {
  /** Null if it has none, or it belongs to somebody else. */
  private final @Nullable SocketFile file;

  UnixDatagramSocket(Loop loop, MessageSocket socket, @Nullable SocketFile file) {
    super(loop, socket);
    this.file = file;
  }

  /** Opens a socket without a path, which can send but cannot be answered. */
  public static UnixDatagramSocket open() throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(
        loop,
        () ->
            new UnixDatagramSocket(
                loop, loop.engine().openMessages(StandardProtocolFamily.UNIX), null));
  }

  /**
   * Opens a socket on a path, with default options.
   *
   * @param path shorter than 108 bytes; nothing may be there
   * @throws java.net.BindException if something is there, or the folder does not exist or must not
   *     be written to
   * @throws IllegalArgumentException if the path is too long
   */
  public static UnixDatagramSocket bind(Path path) throws IOException {
    return bind(path, UnixOptions.DEFAULT);
  }

  /** As {@link #bind(Path)}, with rights to the file, or a stale file replaced. */
  public static UnixDatagramSocket bind(Path path, UnixOptions options) throws IOException {
    UnixDomainSocketAddress address = SocketFile.address(path);
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> bindOn(loop, address, options));
  }

  private static UnixDatagramSocket bindOn(
      Loop loop, UnixDomainSocketAddress address, UnixOptions options) throws IOException {
    Engine engine = loop.engine();
    MessageSocket socket = engine.openMessages(StandardProtocolFamily.UNIX);
    try {
      SocketFile file =
          SocketFile.take(
              address.getPath(),
              options,
              () -> {
                if (options.mode() == UnixOptions.BY_MASK) {
                  socket.bind(address);
                } else {
                  socket.bind(address, options.mode());
                }
              },
              () -> probe(engine, address));
      return new UnixDatagramSocket(loop, socket, file);
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  private static void probe(Engine engine, UnixDomainSocketAddress address) throws IOException {
    MessageSocket probe = engine.openMessages(StandardProtocolFamily.UNIX);
    try {
      probe.connect(address);
    } finally {
      probe.close();
    }
  }

  /** Makes two that are connected with each other (socketpair(2)), on the current loop. */
  public static List<UnixDatagramSocket> pair() throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(
        loop,
        () ->
            loop.engine().openMessagePair().stream()
                .map(socket -> new UnixDatagramSocket(loop, socket, null))
                .toList());
  }

  /**
   * Binds the socket to one peer, for good: it receives from that one alone, and {@code send} needs
   * no target. Does not wait.
   *
   * @throws java.net.ConnectException if there is no such socket
   * @throws IllegalStateException if it is connected already
   */
  public void connect(Path path) throws IOException {
    UnixDomainSocketAddress address = SocketFile.address(path);
    if (isConnected()) {
      throw new IllegalStateException(this + " is connected already; open another one");
    }
    OnLoop.call(
        loop(),
        () -> {
          socket().connect(address);
          return null;
        });
  }

  /**
   * Receives one datagram of any size. Waits.
   *
   * @throws java.net.SocketTimeoutException after the time-out set by {@link #setReceiveTimeout}
   * @throws dev.loomlet.engine.ResourceBusyException if another greenlet receives
   * @throws dev.loomlet.Cancelled if the caller is cancelled; no datagram is lost
   */
  public UnixDatagram receive() throws IOException {
    return OnLoop.call(loop(), () -> receive(receiveTimeoutNanos()));
  }

  /**
   * As {@link #receive()}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if none came; none is lost
   */
  public UnixDatagram receive(Duration timeout) throws IOException {
    long nanos = Timeouts.toNanos(timeout);
    return OnLoop.call(loop(), () -> receive(nanos));
  }

  private UnixDatagram receive(long timeoutNanos) throws IOException {
    byte[] data = socket().receive(timeoutNanos);
    return new UnixDatagram(data, sender());
  }

  /** The path of who sent the datagram that was received last; null if he has none. */
  public @Nullable Path sender() {
    return pathOf(socket().sender());
  }

  private static @Nullable Path pathOf(@Nullable SocketAddress address) {
    return address instanceof UnixDomainSocketAddress unix && !unix.getPath().toString().isEmpty()
        ? unix.getPath()
        : null;
  }

  /**
   * Sends a whole array. Waits while the receiver's queue is full.
   *
   * @throws java.net.ConnectException if there is no such socket
   * @throws java.net.SocketException if it is longer than the send buffer (SO_SNDBUF) allows
   * @throws IllegalStateException if this is connected to another one
   * @throws java.net.SocketTimeoutException after the time-out; it was not sent
   */
  public void send(byte[] data, Path target) throws IOException {
    sendTo(MemorySegment.ofArray(data), data.length, SocketFile.address(target));
  }

  /**
   * As {@link #send(byte[], Path)}: a buffer's bytes from its position to its limit, which become
   * equal.
   */
  public void send(ByteBuffer data, Path target) throws IOException {
    sendTo(MemorySegment.ofBuffer(data), data.remaining(), SocketFile.address(target));
    data.position(data.limit());
  }

  /** As {@link #send(byte[], Path)}, of memory. */
  public void send(MemorySegment data, Path target) throws IOException {
    sendTo(data, Math.toIntExact(data.byteSize()), SocketFile.address(target));
  }

  @Override
  void checkLength(int length, @Nullable SocketAddress target) {
    // The kernel knows: it depends on the send buffer.
  }

  /**
   * Sends a datagram with descriptors to the peer of this connected socket. Waits while the
   * receiver's queue is full.
   *
   * @param data may be empty
   * @param descriptors at most 253; they stay the caller's to close
   * @throws IllegalStateException if this is not connected
   */
  public void sendDescriptors(byte[] data, PassedDescriptor... descriptors) throws IOException {
    checkConnected();
    send(data, null, descriptors);
  }

  /** As {@link #sendDescriptors(byte[], PassedDescriptor...)}, to a path. */
  public void sendDescriptors(byte[] data, Path target, PassedDescriptor... descriptors)
      throws IOException {
    send(data, checkTarget(SocketFile.address(target)), descriptors);
  }

  private void send(byte[] data, @Nullable SocketAddress target, PassedDescriptor[] descriptors)
      throws IOException {
    PassedDescriptor.send(
        descriptors,
        numbers ->
            OnLoop.call(
                loop(),
                () -> {
                  socket().sendDescriptors(data, numbers, target, sendTimeoutNanos());
                  return null;
                }));
  }

  /**
   * Receives one datagram of any size, with the descriptors that came with it. Waits. A receive of
   * another kind drops them.
   *
   * @param maxDescriptors 0 to 253
   * @return to be closed, for the sake of descriptors that nobody has made something of; {@link
   *     #sender} says who sent it
   * @throws java.net.SocketException if there were more descriptors, or the process may not open as
   *     many; those that came are closed, and the datagram is lost
   */
  public DescriptorMessage receiveDescriptors(int maxDescriptors) throws IOException {
    PassedDescriptor.checkCount(maxDescriptors);
    return DescriptorMessage.of(
        OnLoop.call(
            loop(), () -> socket().receiveDescriptors(maxDescriptors, receiveTimeoutNanos())));
  }

  /** The path to which it is bound; null if it has none. */
  public @Nullable Path path() throws IOException {
    return pathOf(OnLoop.call(loop(), socket()::localAddress));
  }

  /** Whether it has a peer: by {@link #connect}, or from {@link #pair}. */
  public boolean isConnected() {
    return socket().remoteAddress() != null;
  }

  /**
   * Frees the descriptor and removes the file, unless it was replaced. Any thread; does not wait.
   * Does nothing when repeated.
   */
  @Override
  public void close() {
    if (file != null && isOpen()) {
      file.remove();
    }
    super.close();
  }

  @Override
  public String toString() {
    return "UnixDatagramSocket[" + (isOpen() ? "open" : "closed") + "]";
  }
}
