package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.MessageCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection over TCP or a Unix socket, by tries and waits. */
class LinuxStreamSocket extends LinuxDescriptor implements StreamSocket {
  private static final SocketAddress UNKNOWN = InetSocketAddress.createUnresolved("unknown", 0);

  private @Nullable SocketAddress localAddress;
  private @Nullable SocketAddress remoteAddress;
  private boolean lingers;

  LinuxStreamSocket(LinuxEngine engine, int fd, int state) {
    super(engine, fd, state);
  }

  void connect(SocketAddress address, long timeoutNanos) throws IOException {
    remoteAddress = address;
    int result = establish(address, timeoutNanos);
    if (result < 0) {
      throw SocketFailure.connect(address, -result);
    }
    state |= WRITABLE;
    if (address instanceof InetSocketAddress) {
      setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  /**
   * Has the kernel connect. Waits.
   *
   * @return 0 or a negative error
   */
  int establish(SocketAddress address, long timeoutNanos) throws IOException {
    int result = calls.connect(fd, address);
    if (result == -Errno.EAGAIN && address instanceof UnixDomainSocketAddress) {
      result = connectAgain(address, timeoutNanos);
    } else if (result == -Errno.EINPROGRESS) {
      // What the kernel said of the socket before it was connecting is not about the connection.
      state = 0;
      result = awaitConnected(address, deadline(timeoutNanos), timeoutNanos);
    }
    return result;
  }

  /** That it is writable is a belief; to connect again says what became of it (connect(2)). */
  private int awaitConnected(SocketAddress address, long deadline, long timeoutNanos)
      throws IOException {
    int result;
    do {
      state &= ~WRITABLE;
      awaitWritable(deadline, timeoutNanos, "connect");
      result = calls.connect(fd, address);
    } while (result == -Errno.EALREADY || result == -Errno.EINTR);
    return result == -Errno.EISCONN ? 0 : result;
  }

  /** The listener's queue is full, and the kernel does not say when there is room (unix(7)). */
  private int connectAgain(SocketAddress address, long timeoutNanos) throws IOException {
    Pause pause = new Pause(context);
    long deadline = deadline(timeoutNanos);
    int result = -Errno.EAGAIN;
    while (result == -Errno.EAGAIN) {
      if (!pause.before(deadline)) {
        throw new SocketTimeoutException(
            "connect timed out after " + timeoutNanos / 1_000_000 + " ms: " + describe());
      }
      result = calls.connect(fd, address);
    }
    return result;
  }

  @Override
  String describe() {
    return "the connection with " + SocketFailure.text(remoteAddress());
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    beginRead();
    MemorySegment room = offset == 0 ? target : target.asSlice(offset);
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        int n = calls.receive(fd, room, length);
        if (received(n, length)) {
          return n == 0 ? -1 : n;
        }
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  @Override
  public @Nullable Chunk receive(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        Chunk chunk = engine.chunks.take();
        int n = calls.receive(fd, chunk.address(), Chunk.CAPACITY);
        if (n > 0) {
          received(n, Chunk.CAPACITY);
          chunk.rawBuffer().limit(n);
          return chunk;
        }
        chunk.close();
        if (received(n, Chunk.CAPACITY)) {
          return null;
        }
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  /**
   * Draws the conclusion from what recv(2) returned.
   *
   * @return whether the read is over
   */
  private boolean received(int n, int length) throws IOException {
    if (n >= 0) {
      // A short read has emptied the socket (epoll(7), questions): the next event says when there
      // is more, and the call that would only say EAGAIN is saved.
      if (n < length && n != 0 && (state & ENDING) == 0) {
        state &= ~READABLE;
      }
      return true;
    }
    if (n == -Errno.EAGAIN) {
      state &= ~READABLE;
    } else if (n != -Errno.EINTR) {
      throw SocketFailure.operation("read from", describe(), -n);
    }
    return false;
  }

  /**
   * Sends what the socket has room for. Does not wait for it to have room.
   *
   * @return how many bytes; 0 if it has none
   */
  int send(MemorySegment source, long offset, int length) throws IOException {
    MemorySegment rest = offset == 0 ? source : source.asSlice(offset);
    return sent(calls.send(fd, rest, length), length);
  }

  /** As the other one, from a chunk. */
  int send(Chunk chunk, int position, int length) throws IOException {
    return sent(calls.send(fd, chunk.address() + position, length), length);
  }

  /** As the other one, from several places. */
  int send(GatheredBytes bytes, GatheredBytes.Copies copies) throws IOException {
    MessageCalls messages = engine.messages();
    bytes.fill(messages, engine.chunks, copies);
    return sent(messages.send(fd), messages.bytes());
  }

  private void beginSending() throws IOException {
    beginWrite();
    Thread other = finishSend();
    if (other != null) {
      throw busy(other, "waits to write to ");
    }
  }

  /**
   * Has the kernel send what another greenlet has given it, for models that put that off.
   *
   * @return the other one, if it has more to send than there was room for; or else null
   */
  @Nullable Thread finishSend() {
    return null;
  }

  @Override
  public void write(MemorySegment source, long offset, int length, long timeoutNanos)
      throws IOException {
    beginSending();
    long deadline = 0;
    int sent = 0;
    while (sent < length) {
      if ((state & WRITABLE) != 0) {
        sent += send(source, offset + sent, length - sent);
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitWritable(deadline, timeoutNanos, "write");
    }
  }

  @Override
  public void write(Chunk chunk, long timeoutNanos) throws IOException {
    beginSending();
    ByteBuffer buffer = chunk.buffer();
    int limit = buffer.limit();
    int position = buffer.position();
    long deadline = 0;
    while (position < limit) {
      if ((state & WRITABLE) != 0) {
        position += send(chunk, position, limit - position);
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitWritable(deadline, timeoutNanos, "write");
    }
    buffer.position(limit);
  }

  @Override
  public void write(List<MemorySegment> sources, long timeoutNanos) throws IOException {
    beginSending();
    GatheredBytes bytes = new GatheredBytes(sources);
    long deadline = 0;
    try (GatheredBytes.Copies copies = new GatheredBytes.Copies()) {
      while (!bytes.isEmpty()) {
        if ((state & WRITABLE) != 0) {
          bytes.advance(send(bytes, copies));
          continue;
        }
        if (deadline == 0) {
          deadline = deadline(timeoutNanos);
        }
        awaitWritable(deadline, timeoutNanos, "write");
      }
    }
  }

  @Override
  public void sendDescriptors(byte[] source, int[] descriptors, long timeoutNanos)
      throws IOException {
    beginSending();
    MemorySegment data = MemorySegment.ofArray(source);
    long deadline = deadline(timeoutNanos);
    int sent = 0;
    while (sent == 0) {
      if ((state & WRITABLE) == 0) {
        awaitWritable(deadline, timeoutNanos, "write");
      }
      try (Chunk chunk = engine.chunks.take()) {
        int first = Math.min(source.length, Chunk.CAPACITY);
        MemorySegment.copy(data, 0, chunk.segment(), 0, first);
        MemorySegment part = chunk.segment().asSlice(0, first);
        sent = sent(LinuxPassing.send(engine.messages(), this, part, descriptors, null), first);
      }
    }
    if (sent < source.length) {
      write(data, sent, source.length - sent, timeoutNanos);
    }
  }

  @Override
  public @Nullable ReceivedDescriptors receiveDescriptors(int length, int most, long timeoutNanos)
      throws IOException {
    beginRead();
    long deadline = deadline(timeoutNanos);
    while (true) {
      while ((state & READABLE) != 0) {
        try (Chunk chunk = engine.chunks.take()) {
          int room = Math.min(length, Chunk.CAPACITY);
          MessageCalls messages = engine.messages();
          int n = messages.receive(fd, chunk.address(), room, most, null);
          // Behind a short message there may be another one, with descriptors of its own.
          if (received(n, n)) {
            ReceivedDescriptors all =
                LinuxPassing.received(messages, chunk.segment().asSlice(0, n), most, describe());
            return n == 0 ? null : all;
          }
        }
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  @Override
  public PeerCredentials peerCredentials() throws IOException {
    requireOpen();
    MessageCalls messages = engine.messages();
    int result = messages.peerCredentials(fd);
    if (result < 0) {
      throw SocketFailure.operation("cannot get the credentials of", describe(), -result);
    }
    return new PeerCredentials(
        messages.answer(0),
        Integer.toUnsignedLong(messages.answer(1)),
        Integer.toUnsignedLong(messages.answer(2)));
  }

  @Override
  public int writeNow(MemorySegment source, long offset, int length) {
    finishSend();
    return isOpen() ? Math.max(0, calls.sendNow(fd, source.asSlice(offset), length)) : 0;
  }

  /**
   * Draws the conclusion from what send(2) returned.
   *
   * @return how many bytes the kernel took
   */
  private int sent(int n, int length) throws IOException {
    if (n >= 0) {
      if (n < length) {
        state &= ~WRITABLE;
      }
      return n;
    }
    if (n == -Errno.EAGAIN) {
      state &= ~WRITABLE;
    } else if (n != -Errno.EINTR) {
      throw SocketFailure.operation("write to", describe(), -n);
    }
    return 0;
  }

  @Override
  public boolean sendsFile(FileHandle file) {
    return file instanceof LinuxFileHandle;
  }

  @Override
  public long sendFile(FileHandle file, long position, long count, long timeoutNanos)
      throws IOException {
    beginSending();
    long deadline = 0;
    long sent = 0;
    try (FileSending sending = new FileSending(this, (LinuxFileHandle) file)) {
      while (sent < count) {
        if ((state & WRITABLE) != 0) {
          long n = sendNext(sending, position + sent, count - sent);
          if (n == 0) {
            break;
          }
          sent += Math.max(n, 0);
          continue;
        }
        if (deadline == 0) {
          deadline = deadline(timeoutNanos);
        }
        awaitWritable(deadline, timeoutNanos, "write");
      }
    }
    return sent;
  }

  /** What {@link FileSending#next} does, in the place of the one writer. */
  private long sendNext(FileSending sending, long position, long count) throws IOException {
    // Not afterwards: while a helper thread finds the socket full, the event may come that it is
    // not any more.
    state &= ~WRITABLE;
    boolean full = false;
    takeWriter();
    try {
      long n = sending.next(position, count);
      full = n == -Errno.EAGAIN;
      requireOpen();
      return n;
    } finally {
      releaseWriter();
      if (!full) {
        state |= WRITABLE;
      }
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    shutdown(SystemCalls.SHUT_RD);
  }

  @Override
  public void shutdownOutput() throws IOException {
    shutdown(SystemCalls.SHUT_WR);
  }

  private void shutdown(int how) throws IOException {
    requireOpen();
    finishSend();
    int result = calls.shutdown(fd, how);
    if (result < 0 && result != -Errno.ENOTCONN) {
      throw SocketFailure.operation("shut down", describe(), -result);
    }
    engine.hasShutDown(this, how == SystemCalls.SHUT_RD ? READABLE : WRITABLE);
  }

  @Override
  public SocketAddress localAddress() {
    SocketAddress address = localAddress;
    if (address == null) {
      address = isOpen() ? calls.localAddress(fd) : null;
      address = address == null ? UNKNOWN : address;
      localAddress = address;
    }
    return address;
  }

  @Override
  public SocketAddress remoteAddress() {
    SocketAddress address = remoteAddress;
    if (address == null) {
      address = isOpen() ? calls.remoteAddress(fd) : null;
      address = address == null ? UNKNOWN : address;
      remoteAddress = address;
    }
    return address;
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    requireOpen();
    LinuxOption known = LinuxOption.of(option);
    int result;
    if (known.isLinger()) {
      int seconds = (Integer) value;
      lingers = seconds > 0;
      result =
          calls.setOption(
              fd, known.level(), known.number(), seconds < 0 ? 0 : 1, Math.max(seconds, 0));
    } else {
      int number = value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value;
      result = calls.setOption(fd, known.level(), known.number(), number);
    }
    if (result < 0) {
      throw SocketFailure.operation("set " + option.name() + " of", describe(), -result);
    }
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    requireOpen();
    LinuxOption known = LinuxOption.of(option);
    int result = calls.getOption(fd, known.level(), known.number());
    if (result < 0) {
      throw SocketFailure.operation("get " + option.name() + " of", describe(), -result);
    }
    int number = calls.optionValue(0);
    if (known.isLinger()) {
      number = number == 0 ? -1 : calls.optionValue(1);
    }
    Object value = option.type() == Boolean.class ? (Object) (number != 0) : (Object) number;
    return option.type().cast(value);
  }

  @Override
  void closeDescriptor() {
    // Of an open file that others have, too, or had before, not everything is known here.
    if (lingers || (outlivesClose() && calls.lingers(fd))) {
      Thread.ofPlatform()
          .daemon()
          .name("loomlet-lingering-close")
          .start(() -> SystemCalls.closeSlowly(fd));
    } else {
      super.closeDescriptor();
    }
  }
}
