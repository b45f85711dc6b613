package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection over TCP or a Unix socket, on the selector. */
final class NioStreamSocket extends NioDescriptor implements StreamSocket {
  private static final SocketAddress UNKNOWN = InetSocketAddress.createUnresolved("unknown", 0);

  private final SocketChannel channel;
  private SocketAddress remoteAddress = UNKNOWN;

  NioStreamSocket(NioEngine engine, SocketChannel channel, int state) throws IOException {
    super(engine, channel, state, SelectionKey.OP_READ);
    this.channel = channel;
    SocketAddress remote = channel.getRemoteAddress();
    if (remote != null) {
      this.remoteAddress = remote;
    }
  }

  /**
   * Connects. Waits.
   *
   * @return false if the queue of a listening Unix socket is full; this socket is of no more use
   *     then
   */
  boolean connect(SocketAddress address, long timeoutNanos) throws IOException {
    remoteAddress = address;
    try {
      boolean connected = channel.connect(address);
      while (!connected) {
        awaitWritable(deadline(timeoutNanos), timeoutNanos, "connect");
        connected = channel.finishConnect();
      }
    } catch (ConnectException e) {
      throw new ConnectException(
          "cannot connect to " + SocketFailure.text(address) + ": connection refused");
    } catch (SocketException e) {
      if (address instanceof UnixDomainSocketAddress) {
        if (NioFailure.isUnavailable(e)) {
          return false;
        }
        // The JDK gives the reason in words alone: no such file, not a socket, permission denied.
        throw new ConnectException(
            "cannot connect to " + SocketFailure.text(address) + ": " + e.getMessage());
      }
      throw e;
    }
    state |= WRITABLE;
    avoidDelay(channel);
    return true;
  }

  /** Turns Nagle's algorithm off, where there is one. */
  static void avoidDelay(SocketChannel channel) throws IOException {
    if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  @Override
  int writeOperation() {
    return channel.isConnectionPending() ? SelectionKey.OP_CONNECT : SelectionKey.OP_WRITE;
  }

  @Override
  String describe() {
    return "the connection with " + SocketFailure.text(remoteAddress);
  }

  private SocketException failed(String doing, IOException e) {
    // The JDK has no message for what was shut down on this side.
    String reason = e instanceof ClosedChannelException ? Errno.text(Errno.EPIPE) : e.getMessage();
    SocketException failure = new SocketException(doing + " " + describe() + ": " + reason);
    failure.initCause(e);
    return failure;
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    beginRead();
    return read(target.asSlice(offset, Math.min(length, BLOCK)).asByteBuffer(), timeoutNanos);
  }

  private int read(ByteBuffer room, long timeoutNanos) throws IOException {
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        int n = readNow(room);
        if (n != 0) {
          state = n == room.capacity() ? state : state & ~READABLE;
          return n;
        }
        state &= ~READABLE;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  private int readNow(ByteBuffer room) throws IOException {
    try {
      return channel.read(room);
    } catch (IOException e) {
      throw failed("read from", e);
    }
  }

  @Override
  public @Nullable Chunk receive(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        Chunk chunk = engine.chunks.take();
        ByteBuffer room = chunk.rawBuffer();
        int n = 0;
        try {
          n = readNow(room);
        } finally {
          if (n <= 0) {
            chunk.close();
          }
        }
        state &= ~READABLE;
        if (n > 0) {
          room.flip();
          return chunk;
        }
        if (n < 0) {
          return null;
        }
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  @Override
  public void write(MemorySegment source, long offset, int length, long timeoutNanos)
      throws IOException {
    beginWrite();
    write(source.asSlice(offset, length).asByteBuffer(), timeoutNanos);
  }

  @Override
  public void write(Chunk chunk, long timeoutNanos) throws IOException {
    beginWrite();
    write(chunk.buffer(), timeoutNanos);
  }

  private void write(ByteBuffer source, long timeoutNanos) throws IOException {
    long deadline = 0;
    while (source.hasRemaining()) {
      if ((state & WRITABLE) != 0) {
        int limit = source.limit();
        source.limit(source.position() + Math.min(source.remaining(), BLOCK));
        try {
          channel.write(source);
          if (source.hasRemaining()) {
            state &= ~WRITABLE;
          }
        } catch (IOException e) {
          throw failed("write to", e);
        } finally {
          source.limit(limit);
        }
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitWritable(deadline, timeoutNanos, "write");
    }
  }

  @Override
  public void write(List<MemorySegment> sources, long timeoutNanos) throws IOException {
    beginWrite();
    ByteBuffer[] buffers = new ByteBuffer[sources.size()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = sources.get(i).asByteBuffer();
    }
    long deadline = 0;
    int first = 0;
    while (first < buffers.length) {
      if (!buffers[first].hasRemaining()) {
        first++;
      } else if ((state & WRITABLE) != 0) {
        if (writeBlock(buffers, first) == 0) {
          state &= ~WRITABLE;
        }
      } else {
        if (deadline == 0) {
          deadline = deadline(timeoutNanos);
        }
        awaitWritable(deadline, timeoutNanos, "write");
      }
    }
  }

  /** Writes as many of the buffers as make up a block, or a block of the first one. */
  private long writeBlock(ByteBuffer[] buffers, int first) throws IOException {
    int last = first;
    int left = BLOCK;
    while (last < buffers.length && buffers[last].remaining() <= left) {
      left -= buffers[last++].remaining();
    }
    ByteBuffer large = buffers[first];
    try {
      if (last > first) {
        return channel.write(buffers, first, last - first);
      }
      int n = channel.write(large.slice(large.position(), BLOCK));
      large.position(large.position() + n);
      return n;
    } catch (IOException e) {
      throw failed("write to", e);
    }
  }

  @Override
  public PeerCredentials peerCredentials() throws IOException {
    requireOpen();
    return NioCredentials.of(channel);
  }

  @Override
  public int writeNow(MemorySegment source, long offset, int length) {
    try {
      return isOpen() ? channel.write(source.asSlice(offset, length).asByteBuffer()) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public boolean sendsFile(FileHandle file) {
    return file instanceof ChannelFileHandle;
  }

  @Override
  public long sendFile(FileHandle file, long position, long count, long timeoutNanos)
      throws IOException {
    beginWrite();
    ChannelFileHandle source = (ChannelFileHandle) file;
    source.enter();
    long deadline = 0;
    long sent = 0;
    try {
      while (sent < count) {
        if ((state & WRITABLE) != 0) {
          long n = sendNext(source, position + sent, count - sent);
          if (n < 0) {
            break;
          }
          sent += n;
          continue;
        }
        if (deadline == 0) {
          deadline = deadline(timeoutNanos);
        }
        awaitWritable(deadline, timeoutNanos, "write");
      }
    } finally {
      source.leaveSoon();
    }
    return sent;
  }

  /** Sends what there is room for; -1 if the file ends. In the place of the one writer. */
  private long sendNext(ChannelFileHandle source, long position, long count) throws IOException {
    context.checkCancelled();
    takeWriter();
    try {
      long n =
          HelperThreads.callUncancellably(
              source, () -> source.sendBlocking(channel, position, count));
      if (n == 0) {
        state &= ~WRITABLE;
      }
      requireOpen();
      return n;
    } catch (ClosedChannelException e) {
      throw failed("write to", e);
    } finally {
      releaseWriter();
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    requireOpen();
    channel.shutdownInput();
    state |= READABLE;
  }

  @Override
  public void shutdownOutput() throws IOException {
    requireOpen();
    channel.shutdownOutput();
  }

  private void requireOpen() throws IOException {
    if (!isOpen()) {
      throw new SocketException(describe() + " is closed");
    }
  }

  @Override
  public SocketAddress localAddress() {
    try {
      SocketAddress local = channel.isOpen() ? channel.getLocalAddress() : null;
      return local == null ? UNKNOWN : local;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  @Override
  public SocketAddress remoteAddress() {
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
