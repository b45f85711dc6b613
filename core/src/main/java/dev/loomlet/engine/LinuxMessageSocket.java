package dev.loomlet.engine;

import dev.loomlet.linux.DatagramCalls;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.MessageCalls;
import dev.loomlet.linux.MessageVector;
import dev.loomlet.linux.PeerAddress;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
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
    this.description = isUnix() ? "the datagram socket" : "the UDP socket";
  }

  private boolean isUnix() {
    return family == SystemCalls.AF_UNIX;
  }

  @Override
  public void bind(UnixDomainSocketAddress address, int mode) throws IOException {
    requireOpen();
    int result = engine.messages().setMode(fd, mode);
    if (result < 0) {
      throw SocketFailure.bind(address, -result);
    }
    bind(address);
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
    String kind = isUnix() ? "the datagram socket " : "the UDP socket ";
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
    straysQueued = datagrams.nextLength(fd) != -Errno.EAGAIN;
    nameItself("to", address);
  }

  /** Takes note of what others have bound and connected. */
  void adopted() {
    SocketAddress peer = calls.remoteAddress(fd);
    remoteAddress = peer;
    if (peer == null) {
      nameItself("on", localAddress());
    } else {
      nameItself("to", peer);
    }
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
  public byte[] receive(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      while ((state & READABLE) != 0) {
        byte[] data = isUnix() ? receiveMeasured() : receiveCopied();
        if (data != null) {
          return data;
        }
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "receive");
    }
  }

  @Override
  public void receive(DatagramBatch batch, long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      while ((state & READABLE) != 0) {
        if (straysQueued) {
          int n = datagrams.receive(fd, batch.memory().address(), batch.room(), sender);
          if (isReceived(n)) {
            batch.receivedOne(n);
            return;
          }
        } else if (receiveNow(batch)) {
          return;
        }
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "receive");
    }
  }

  private boolean receiveNow(DatagramBatch batch) throws IOException {
    MessageVector places = batch.forReceiving();
    int n = datagrams.receive(fd, places, batch.capacity());
    if (!isReceived(n)) {
      return false;
    }
    batch.received(places, n);
    if (n < batch.capacity() && (state & ENDING) == 0) {
      // There are no more, or there is an error, of which the engine will hear.
      state &= ~READABLE;
    }
    return true;
  }

  /** By way of a buffer that holds any datagram of UDP, which saves asking for the length. */
  private byte @Nullable [] receiveCopied() throws IOException {
    try (Chunk chunk = engine.chunks.take()) {
      int n = datagrams.receive(fd, chunk.address(), Chunk.CAPACITY, sender);
      if (!isReceived(n)) {
        return null;
      }
      return chunk.segment().asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** There is no limit to what may come by a Unix socket, so the kernel is asked first. */
  private byte @Nullable [] receiveMeasured() throws IOException {
    int length = datagrams.nextLength(fd);
    if (length < 0) {
      boolean _ = isReceived(length);
      return null;
    }
    byte[] data = new byte[length];
    return isReceived(datagrams.receive(fd, MemorySegment.ofArray(data), length, sender))
        ? data
        : null;
  }

  @Override
  public ReceivedDescriptors receiveDescriptors(int most, long timeoutNanos) throws IOException {
    beginRead();
    long deadline = deadline(timeoutNanos);
    while (true) {
      while ((state & READABLE) != 0) {
        int length = datagrams.nextLength(fd);
        if (length < 0) {
          boolean _ = isReceived(length);
          continue;
        }
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment data = arena.allocate(Math.max(length, 1));
          MessageCalls messages = engine.messages();
          int n = messages.receive(fd, data.address(), length, most, sender);
          if (n < 0) {
            boolean _ = isReceived(n);
            continue;
          }
          ReceivedDescriptors received =
              LinuxPassing.received(messages, data.asSlice(0, n), most, description);
          if (isReceived(n)) {
            return received;
          }
          LinuxPassing.closeAll(received.descriptors());
        }
      }
      awaitReadable(deadline, timeoutNanos, "receive");
    }
  }

  /** Draws the conclusion from what recvfrom(2) or recvmmsg(2) returned. */
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
    if (errno == Errno.ECONNREFUSED && !isUnix()) {
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
    send(data, length, target, null, timeoutNanos);
  }

  @Override
  public void send(DatagramBatch batch, long timeoutNanos) throws IOException {
    begin();
    Attempts rest =
        new Attempts() {
          private int sent;

          @Override
          public boolean sendNow() throws IOException {
            sent = LinuxMessageSocket.this.sendNow(batch, sent);
            return sent == batch.size();
          }
        };
    if (!line.isEmpty() || !rest.sendNow()) {
      sendInLine(rest, deadline(timeoutNanos), timeoutNanos);
    }
  }

  @Override
  public int sendNow(DatagramBatch batch) throws IOException {
    requireOpen();
    return line.isEmpty() ? sendNow(batch, 0) : 0;
  }

  /** Sends what there is room for, from one of them on; returns the first one that was not. */
  private int sendNow(DatagramBatch batch, int from) throws IOException {
    MessageVector places = batch.forSending();
    int sent = from;
    while (sent < batch.size() && (state & WRITABLE) != 0) {
      int n = datagrams.send(fd, places, sent, batch.size() - sent);
      if (n >= 0) {
        sent += n;
      } else if (n == -Errno.EAGAIN) {
        state &= ~WRITABLE;
      } else if (n != -Errno.EINTR) {
        throw failure("send by", -n);
      }
    }
    return sent;
  }

  @Override
  public void sendDescriptors(
      byte[] data, int[] descriptors, @Nullable SocketAddress target, long timeoutNanos)
      throws IOException {
    begin();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, data);
      send(copy, data.length, target, descriptors, timeoutNanos);
    }
  }

  private void send(
      MemorySegment data,
      int length,
      @Nullable SocketAddress target,
      int @Nullable [] descriptors,
      long timeoutNanos)
      throws IOException {
    if (line.isEmpty() && sendNow(data, length, target, descriptors)) {
      return;
    }
    long deadline = deadline(timeoutNanos);
    if (isUnix() && target != null) {
      sendAgain(data, length, target, descriptors, deadline, timeoutNanos);
      return;
    }
    sendInLine(() -> sendNow(data, length, target, descriptors), deadline, timeoutNanos);
  }

  /** What is to be sent, as far as there is room. */
  private interface Attempts {
    /** Returns whether all of it is sent. */
    boolean sendNow() throws IOException;
  }

  /** Sends when it is the caller's turn and there is room. */
  private void sendInLine(Attempts rest, long deadline, long timeoutNanos) throws IOException {
    if (!line.enter(deadline)) {
      throw timedOut(timeoutNanos);
    }
    try {
      while (true) {
        if (!isOpen()) {
          throw closedWhileWaiting();
        }
        if (rest.sendNow()) {
          return;
        }
        awaitWritable(deadline, timeoutNanos, "send");
      }
    } finally {
      line.leave();
    }
  }

  /**
   * The receiver's queue is full. Only a connected socket is told when there is room again, so this
   * one has to try, and nobody has to wait behind it who sends to somebody else.
   */
  private void sendAgain(
      MemorySegment data,
      int length,
      SocketAddress target,
      int @Nullable [] descriptors,
      long deadline,
      long timeoutNanos)
      throws IOException {
    Pause pause = new Pause(context);
    do {
      if (!pause.before(deadline)) {
        throw timedOut(timeoutNanos);
      }
      if (!isOpen()) {
        throw closedWhileWaiting();
      }
      state |= WRITABLE;
    } while (!sendNow(data, length, target, descriptors));
  }

  private SocketTimeoutException timedOut(long timeoutNanos) {
    return new SocketTimeoutException(
        "send timed out after " + timeoutNanos / 1_000_000 + " ms: " + description);
  }

  /** Sends if there is room. */
  private boolean sendNow(
      MemorySegment data, int length, @Nullable SocketAddress target, int @Nullable [] descriptors)
      throws IOException {
    while ((state & WRITABLE) != 0) {
      int n =
          descriptors == null
              ? datagrams.send(fd, data, length, target, family)
              : LinuxPassing.send(
                  engine.messages(), this, data.asSlice(0, length), descriptors, target);
      if (n >= 0) {
        return true;
      }
      if (n == -Errno.EAGAIN) {
        state &= ~WRITABLE;
      } else if (n != -Errno.EINTR) {
        throw target == null ? failure("send by", -n) : sendFailure(target, -n);
      }
    }
    return false;
  }

  private static IOException sendFailure(SocketAddress target, int errno) {
    String reason =
        errno == Errno.EACCES && target instanceof InetSocketAddress
            ? SocketFailure.BROADCAST_REFUSED
            : Errno.text(errno);
    String message = "send to " + SocketFailure.text(target) + ": " + reason;
    return errno == Errno.ECONNREFUSED || errno == Errno.ENOENT
        ? new ConnectException(message)
        : new SocketException(message);
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
      String reason =
          switch (-result) {
            case Errno.EADDRINUSE -> "in it already";
            case Errno.EADDRNOTAVAIL -> "not in it";
            default -> Errno.text(-result);
          };
      throw new SocketException(
          "cannot "
              + doing
              + " the group "
              + group.getHostAddress()
              + " by "
              + description
              + ": "
              + reason);
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
