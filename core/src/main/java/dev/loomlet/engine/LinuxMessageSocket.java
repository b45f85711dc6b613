package dev.loomlet.engine;

import dev.loomlet.linux.DatagramCalls;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.PeerAddress;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** A socket of UDP, or a Unix socket for datagrams, by tries and waits. */
final class LinuxMessageSocket extends LinuxDescriptor implements MessageSocket {
  private final int family;
  private final DatagramCalls datagrams;
  private final PeerAddress sender = new PeerAddress();
  private final SendLine line;
  private String description;
  private @Nullable SocketAddress remoteAddress;

  /** Whether datagrams of others may still be queued, from before this was connected. */
  private boolean straysQueued;

  LinuxMessageSocket(LinuxEngine engine, int fd, int family) {
    super(engine, fd, WRITABLE);
    this.family = family;
    this.datagrams = engine.datagrams();
    this.line = new SendLine(context);
    this.description = family == SystemCalls.AF_UNIX ? "the datagram socket" : "the UDP socket";
  }

  @Override
  public void bind(SocketAddress address) throws IOException {
    requireOpen();
    int result = datagrams.bind(fd, address, family);
    if (result < 0) {
      throw SocketFailure.bind(address, -result);
    }
    nameItself("on", localAddress());
  }

  private void nameItself(String relation, SocketAddress address) {
    String kind = family == SystemCalls.AF_UNIX ? "the datagram socket " : "the UDP socket ";
    description = kind + relation + " " + SocketFailure.text(address);
  }

  @Override
  public void connect(SocketAddress address) throws IOException {
    requireOpen();
    int result = datagrams.connect(fd, address, family);
    if (result < 0) {
      throw SocketFailure.connect(address, -result);
    }
    SocketAddress known = calls.remoteAddress(fd);
    remoteAddress = known == null ? address : known;
    straysQueued = true;
    nameItself("to", address);
  }

  @Override
  String describe() {
    return description;
  }

  @Override
  public int receive(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    beginRead();
    MemorySegment room = offset == 0 ? target : target.asSlice(offset);
    long deadline = 0;
    while (true) {
      while ((state & READABLE) != 0) {
        int n = datagrams.receive(fd, room, length, sender);
        if (isReceived(n)) {
          return n;
        }
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "receive");
    }
  }

  @Override
  public Chunk receive(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      while ((state & READABLE) != 0) {
        Chunk chunk = engine.chunks.take();
        boolean filled = false;
        try {
          int n = datagrams.receive(fd, chunk.address(), Chunk.CAPACITY, sender);
          filled = isReceived(n);
          if (filled) {
            chunk.rawBuffer().limit(Math.min(n, Chunk.CAPACITY));
            return chunk;
          }
        } finally {
          if (!filled) {
            chunk.close();
          }
        }
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "receive");
    }
  }

  /** Draws the conclusion from what recvfrom(2) returned. */
  private boolean isReceived(int n) throws IOException {
    if (n >= 0) {
      return !straysQueued || isFromPeer();
    }
    if (n == -Errno.EAGAIN) {
      state &= ~READABLE;
      straysQueued = false;
    } else if (n != -Errno.EINTR) {
      throw failure("receive from", -n);
    }
    return false;
  }

  private boolean isFromPeer() {
    SocketAddress from = sender.get();
    return from == null || from.equals(remoteAddress);
  }

  private IOException failure(String doing, int errno) {
    if (errno == Errno.ECONNREFUSED && family != SystemCalls.AF_UNIX) {
      return new PortUnreachableException(doing + " " + description + ": nobody listens there");
    }
    return SocketFailure.operation(doing, description, errno);
  }

  @Override
  public @Nullable SocketAddress sender() {
    return sender.get();
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
    MemorySegment data = offset == 0 ? source : source.asSlice(offset);
    if (!line.isEmpty() || !sendNow(data, length, target)) {
      sendInTurn(data, length, target, timeoutNanos);
    }
  }

  private void sendInTurn(
      MemorySegment data, int length, @Nullable SocketAddress target, long timeoutNanos)
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
        if (sendNow(data, length, target)) {
          return;
        }
        awaitWritable(deadline, timeoutNanos, "send");
      }
    } finally {
      line.leave();
    }
  }

  /** Sends if there is room. */
  private boolean sendNow(MemorySegment data, int length, @Nullable SocketAddress target)
      throws IOException {
    while ((state & WRITABLE) != 0) {
      int n = datagrams.send(fd, data, length, target, family);
      if (n >= 0) {
        return true;
      }
      if (n == -Errno.EAGAIN) {
        state &= ~WRITABLE;
      } else if (n != -Errno.EINTR) {
        throw target == null
            ? failure("send by", -n)
            : SocketFailure.operation("send to", SocketFailure.text(target), -n);
      }
    }
    return false;
  }

  @Override
  public void join(
      InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source)
      throws IOException {
    membership("join", group, network, source);
  }

  @Override
  public void leave(
      InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source)
      throws IOException {
    membership("leave", group, network, source);
  }

  private void membership(
      String doing,
      InetAddress group,
      @Nullable NetworkInterface network,
      @Nullable InetAddress source)
      throws IOException {
    requireOpen();
    int index = network == null ? 0 : network.getIndex();
    int result = datagrams.membership(fd, group, index, source, doing.equals("join"));
    if (result < 0) {
      throw SocketFailure.operation(
          "cannot " + doing, "the group " + group.getHostAddress() + " by " + description, -result);
    }
  }

  @Override
  public SocketAddress localAddress() {
    SocketAddress address = isOpen() ? calls.localAddress(fd) : null;
    return address == null ? SocketFailure.UNKNOWN : address;
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
    return remoteAddress;
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    requireOpen();
    LinuxMessageOption.set(this, datagrams, family, option, value);
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    requireOpen();
    return LinuxMessageOption.get(this, family, option);
  }
}
