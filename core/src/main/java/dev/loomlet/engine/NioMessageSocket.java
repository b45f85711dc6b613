package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectionKey;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A socket of UDP on the selector. */
final class NioMessageSocket extends NioDescriptor implements MessageSocket {
  private final DatagramChannel channel;
  private final SendLine line;
  private final Map<Membership, MembershipKey> memberships = new HashMap<>();
  private String description = "the UDP socket";
  private @Nullable SocketAddress sender;
  private @Nullable SocketAddress remoteAddress;

  private record Membership(
      InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source) {}

  NioMessageSocket(NioEngine engine, DatagramChannel channel) throws IOException {
    super(engine, channel, WRITABLE, SelectionKey.OP_READ);
    this.channel = channel;
    this.line = new SendLine(context);
  }

  @Override
  public void bind(SocketAddress address) throws IOException {
    requireOpen();
    try {
      channel.bind(address);
    } catch (BindException e) {
      String reason = String.valueOf(e.getMessage());
      throw new BindException(
          "cannot listen on "
              + SocketFailure.text(address)
              + ": "
              + (reason.contains("in use") ? "address already in use" : reason));
    } catch (SocketException e) {
      throw String.valueOf(e.getMessage()).contains("ermission")
          ? SocketFailure.privileged(address)
          : e;
    }
    description = "the UDP socket on " + SocketFailure.text(localAddress());
  }

  @Override
  public void connect(SocketAddress address) throws IOException {
    requireOpen();
    channel.connect(address);
    remoteAddress = channel.getRemoteAddress();
    description = "the UDP socket to " + SocketFailure.text(address);
  }

  @Override
  String describe() {
    return description;
  }

  @Override
  public int receive(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    // By way of a buffer that holds any datagram: the JDK does not tell what it has cut off.
    try (Chunk chunk = receiveChunk(timeoutNanos)) {
      int n = chunk.length();
      MemorySegment.copy(
          MemorySegment.ofBuffer(chunk.rawBuffer()), 0, target, offset, Math.min(n, length));
      return n;
    }
  }

  @Override
  public byte[] receive(long timeoutNanos) throws IOException {
    try (Chunk chunk = receiveChunk(timeoutNanos)) {
      byte[] data = new byte[chunk.length()];
      chunk.rawBuffer().get(data);
      return data;
    }
  }

  private Chunk receiveChunk(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        Chunk chunk = receiveNow();
        if (chunk != null) {
          return chunk;
        }
        state &= ~READABLE;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "receive");
    }
  }

  private @Nullable Chunk receiveNow() throws IOException {
    Chunk chunk = engine.chunks.take();
    SocketAddress from = null;
    try {
      from = channel.receive(chunk.rawBuffer());
    } catch (PortUnreachableException e) {
      throw unreachable("receive from");
    } finally {
      if (from == null) {
        chunk.close();
      }
    }
    if (from == null) {
      return null;
    }
    sender = from;
    chunk.rawBuffer().flip();
    return chunk;
  }

  private PortUnreachableException unreachable(String doing) {
    return new PortUnreachableException(doing + " " + description + ": nobody listens there");
  }

  @Override
  public @Nullable SocketAddress sender() {
    return sender;
  }

  @Override
  public void send(
      MemorySegment source,
      long offset,
      int length,
      @Nullable SocketAddress target,
      long timeoutNanos)
      throws IOException {
    begin();
    ByteBuffer data = source.asSlice(offset, length).asByteBuffer();
    if (!line.isEmpty() || !sendNow(data, target)) {
      sendInTurn(data, target, timeoutNanos);
    }
  }

  private void sendInTurn(ByteBuffer data, @Nullable SocketAddress target, long timeoutNanos)
      throws IOException {
    long deadline = deadline(timeoutNanos);
    if (!line.enter(deadline)) {
      throw new SocketTimeoutException(
          "send timed out after " + timeoutNanos / 1_000_000 + " ms: " + description);
    }
    try {
      while (true) {
        if (!isOpen()) {
          throw closedWhileWaiting();
        }
        if (sendNow(data, target)) {
          return;
        }
        state &= ~WRITABLE;
        awaitWritable(deadline, timeoutNanos, "send");
      }
    } finally {
      line.leave();
    }
  }

  /** Sends if there is room. */
  private boolean sendNow(ByteBuffer data, @Nullable SocketAddress target) throws IOException {
    try {
      // Of an empty datagram the JDK does not tell whether it was sent; there is nearly always
      // room.
      boolean empty = !data.hasRemaining();
      int n = target == null ? channel.write(data) : channel.send(data, target);
      return n > 0 || empty;
    } catch (PortUnreachableException e) {
      throw unreachable("send by");
    } catch (SocketException e) {
      String to = target == null ? description : SocketFailure.text(target);
      String reason =
          String.valueOf(e.getMessage()).contains("Permission denied")
              ? SocketFailure.BROADCAST_REFUSED
              : e.getMessage();
      throw new SocketException("send to " + to + ": " + reason, e);
    }
  }

  @Override
  public void join(
      InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source)
      throws IOException {
    requireOpen();
    Membership membership = new Membership(group, network, source);
    if (memberships.containsKey(membership)) {
      throw new SocketException(
          "cannot join the group "
              + group.getHostAddress()
              + " by "
              + description
              + ": in it already");
    }
    NetworkInterface chosen = network == null ? defaultInterface() : network;
    MembershipKey key =
        source == null ? channel.join(group, chosen) : channel.join(group, chosen, source);
    memberships.put(membership, key);
  }

  /** The interface set by option, else the first one that can: the JDK leaves no choice open. */
  private NetworkInterface defaultInterface() throws IOException {
    NetworkInterface set = channel.getOption(StandardSocketOptions.IP_MULTICAST_IF);
    if (set != null) {
      return set;
    }
    try (var all = NetworkInterface.networkInterfaces()) {
      return all.filter(NioMessageSocket::isFitForGroups)
          .findFirst()
          .orElseThrow(
              () -> new SocketException("no network interface that is up supports multicast"));
    }
  }

  private static boolean isFitForGroups(NetworkInterface network) {
    try {
      return network.isUp() && network.supportsMulticast();
    } catch (SocketException e) {
      // It has gone away.
      return false;
    }
  }

  @Override
  public void leave(
      InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source)
      throws IOException {
    requireOpen();
    MembershipKey key = memberships.remove(new Membership(group, network, source));
    if (key == null) {
      throw new SocketException(
          "cannot leave the group "
              + group.getHostAddress()
              + " by "
              + description
              + ": not in it");
    }
    key.drop();
  }

  @Override
  public void close() {
    if (isOpen()) {
      super.close();
      // A registered channel is closed for good, and its port free, only when its selector looks.
      engine.pollForGreenlet();
    }
  }

  private void requireOpen() throws SocketException {
    if (!isOpen()) {
      throw new SocketException(description + " is closed");
    }
  }

  @Override
  public SocketAddress localAddress() {
    try {
      SocketAddress local = channel.isOpen() ? channel.getLocalAddress() : null;
      return local == null ? SocketFailure.UNKNOWN : local;
    } catch (IOException e) {
      return SocketFailure.UNKNOWN;
    }
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
    return remoteAddress;
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    requireOpen();
    channel.setOption(option, value);
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    requireOpen();
    return channel.getOption(option);
  }
}
