package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.FileHandle;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.file.OpenFile;
import dev.loomlet.io.ByteSink;
import dev.loomlet.io.ByteSource;
import dev.loomlet.wait.Memory;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Source;
import dev.loomlet.wait.Timeouts;
import dev.loomlet.wait.Watched;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection, whatever carries it.
 *
 * <p>Reads return what there is, at least one byte; writes return when the kernel has taken
 * everything, and so wait while the peer is slow. One greenlet may read while another writes; a
 * second reader or writer gets a {@link dev.loomlet.engine.ResourceBusyException}. Closing ends
 * operations that wait with a {@link java.net.SocketException}.
 *
 * <p>Each operation throws {@link dev.loomlet.Cancelled} if its greenlet is or gets cancelled: a
 * read has then read nothing, a write may have sent a part.
 */
public abstract class SocketStream implements ByteSource, ByteSink {
  static {
    Source.provide(SocketStream.class, stream -> new ReadSource(stream.loop, stream.socket));
    Watched.provide(SocketStream.class, stream -> new Watched.Behind(stream.loop, stream.socket));
  }

  private final Loop loop;
  private final StreamSocket socket;
  private long readTimeoutNanos;
  private long writeTimeoutNanos;

  SocketStream(Loop loop, StreamSocket socket) {
    this.loop = loop;
    this.socket = socket;
  }

  /** What carries out the operations, on the loop. */
  final StreamSocket socket() {
    return socket;
  }

  final long readTimeoutNanos() {
    return readTimeoutNanos;
  }

  final long writeTimeoutNanos() {
    return writeTimeoutNanos;
  }

  /**
   * Limits how long each read waits; it then throws {@link java.net.SocketTimeoutException}, has
   * read nothing, and may be tried again.
   *
   * @param timeout more than 0, or null for no limit, as at first
   */
  @Override
  public void setReadTimeout(@Nullable Duration timeout) {
    readTimeoutNanos = timeout == null ? 0 : Timeouts.toNanos(timeout);
  }

  /**
   * Limits how long each write waits; it then throws {@link java.net.SocketTimeoutException} and
   * may have sent a part, so that only closing makes sense.
   *
   * @param timeout more than 0, or null for no limit, as at first
   */
  @Override
  public void setWriteTimeout(@Nullable Duration timeout) {
    writeTimeoutNanos = timeout == null ? 0 : Timeouts.toNanos(timeout);
  }

  /**
   * Reads into a whole array.
   *
   * @return how many bytes, or -1 at the end of the stream; 0 only for an array without room
   */
  @Override
  public int read(byte[] target) throws IOException {
    return read(MemorySegment.ofArray(target), 0, target.length);
  }

  /**
   * Reads into a part of an array.
   *
   * @return how many bytes, or -1 at the end of the stream; 0 only if length is 0
   */
  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    return read(MemorySegment.ofArray(target), offset, length);
  }

  /**
   * Reads into a buffer from its position, which moves on, to its limit at most.
   *
   * @return how many bytes, or -1 at the end of the stream; 0 only for a buffer without room
   */
  @Override
  public int read(ByteBuffer target) throws IOException {
    int n = read(MemorySegment.ofBuffer(target), 0, target.remaining());
    if (n > 0) {
      target.position(target.position() + n);
    }
    return n;
  }

  /**
   * Reads into memory.
   *
   * @return how many bytes, or -1 at the end of the stream; 0 only for a segment without room
   */
  @Override
  public int read(MemorySegment target) throws IOException {
    return read(target, 0, (int) Math.min(target.byteSize(), Integer.MAX_VALUE));
  }

  private int read(MemorySegment target, long offset, int length) throws IOException {
    Memory.requireWritable(target);
    if (length == 0) {
      return 0;
    }
    if (loop.isCurrent()) {
      return socket.read(target, offset, length, readTimeoutNanos);
    }
    return OnLoop.call(loop, () -> socket.read(target, offset, length, readTimeoutNanos));
  }

  /**
   * Reads into a buffer that the loop lends only once there is something to read, so that a waiting
   * connection holds none. For greenlets of the stream's own loop.
   *
   * {@snippet :
   * while (stream.receive() instanceof Chunk chunk) {
   *   try (chunk) {
   *     stream.write(chunk);
   *   }
   * }
   * }
   *
   * @return to be closed before the next read; null at the end of the stream
   * @throws IllegalStateException on another loop or thread, which must not share the loop's
   *     buffers
   */
  @Override
  public @Nullable Chunk receive() throws IOException {
    if (!loop.isCurrent()) {
      throw new IllegalStateException(
          "receive lends a buffer of " + loop + " and works in its greenlets only; use read");
    }
    return socket.receive(readTimeoutNanos);
  }

  /** Writes a whole array. */
  @Override
  public void write(byte[] source) throws IOException {
    write(MemorySegment.ofArray(source), 0, source.length);
  }

  /** Writes a part of an array. */
  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, source.length);
    write(MemorySegment.ofArray(source), offset, length);
  }

  /** Writes a buffer's bytes from its position to its limit, which become equal. */
  @Override
  public void write(ByteBuffer source) throws IOException {
    write(MemorySegment.ofBuffer(source), 0, source.remaining());
    source.position(source.limit());
  }

  /**
   * Writes memory.
   *
   * @param source at most 2<sup>31</sup> - 1 bytes
   */
  @Override
  public void write(MemorySegment source) throws IOException {
    write(source, 0, Math.toIntExact(source.byteSize()));
  }

  /**
   * Writes the bytes of a chunk from its buffer's position to its limit, which become equal. For
   * greenlets of the stream's own loop.
   */
  @Override
  public void write(Chunk source) throws IOException {
    if (loop.isCurrent()) {
      socket.write(source, writeTimeoutNanos);
    } else {
      write(source.buffer());
    }
  }

  /**
   * Writes the bytes of several buffers, each from its position to its limit, which become equal:
   * one behind the other, by one system call if the kernel takes them.
   */
  @Override
  public void write(ByteBuffer... sources) throws IOException {
    List<MemorySegment> segments = new ArrayList<>(sources.length);
    for (ByteBuffer source : sources) {
      segments.add(MemorySegment.ofBuffer(source));
    }
    write(segments);
    for (ByteBuffer source : sources) {
      source.position(source.limit());
    }
  }

  /** Writes several pieces of memory, by one system call if the kernel takes them. */
  @Override
  public void write(List<MemorySegment> sources) throws IOException {
    if (loop.isCurrent()) {
      socket.write(sources, writeTimeoutNanos);
      return;
    }
    OnLoop.call(
        loop,
        () -> {
          socket.write(sources, writeTimeoutNanos);
          return null;
        });
  }

  private void write(MemorySegment source, long offset, int length) throws IOException {
    if (loop.isCurrent()) {
      socket.write(source, offset, length, writeTimeoutNanos);
      return;
    }
    OnLoop.call(
        loop,
        () -> {
          socket.write(source, offset, length, writeTimeoutNanos);
          return null;
        });
  }

  /**
   * Sends a part of a file. Waits as a write does, and for the disk. The kernel takes the bytes
   * from its cache, without a detour through this program (sendfile(2)), if the engine can do that;
   * where the bytes have to be changed on the way, as by TLS, they are read and written.
   *
   * @param file open for reading, on any loop; its own position does not matter
   * @param position where in the file to begin, in bytes, 0 or more
   * @param count how many bytes, 0 or more
   * @return how many were sent: fewer than asked for only if the file ends before
   * @throws java.net.SocketTimeoutException after the time-out for writes; a part may have been
   *     sent
   * @throws IllegalArgumentException if a number is negative
   */
  public long send(OpenFile file, long position, long count) throws IOException {
    if (position < 0 || count < 0) {
      throw new IllegalArgumentException(
          "position and count must be 0 or more, not " + position + " and " + count);
    }
    FileHandle handle = file.handle();
    if (socket.sendsFile(handle)) {
      return OnLoop.call(loop, () -> socket.sendFile(handle, position, count, writeTimeoutNanos));
    }
    return copyOf(file, position, count);
  }

  private long copyOf(OpenFile file, long position, long count) throws IOException {
    byte[] block = new byte[(int) Math.min(count, Chunk.CAPACITY)];
    long sent = 0;
    while (sent < count) {
      int length = (int) Math.min(count - sent, block.length);
      int n = file.read(MemorySegment.ofArray(block).asSlice(0, length), position + sent);
      if (n < 0) {
        break;
      }
      write(block, 0, n);
      sent += n;
    }
    return sent;
  }

  /** Gives up reading: reads return the end of the stream. Does not wait. */
  public void shutdownInput() throws IOException {
    OnLoop.call(
        loop,
        () -> {
          socket.shutdownInput();
          return null;
        });
  }

  /** Tells the peer that nothing more will be written; reading goes on. Does not wait. */
  public void shutdownOutput() throws IOException {
    OnLoop.call(
        loop,
        () -> {
          socket.shutdownOutput();
          return null;
        });
  }

  /** This side's address. */
  public SocketAddress localAddress() throws IOException {
    return OnLoop.call(loop, socket::localAddress);
  }

  /** The peer's address. */
  public SocketAddress remoteAddress() throws IOException {
    return OnLoop.call(loop, socket::remoteAddress);
  }

  /**
   * Sets a socket option.
   *
   * @param option of {@link java.net.StandardSocketOptions} or {@code
   *     jdk.net.ExtendedSocketOptions}: TCP_NODELAY, SO_KEEPALIVE, SO_RCVBUF, SO_SNDBUF, SO_LINGER,
   *     SO_REUSEADDR, IP_TOS, TCP_KEEPIDLE, TCP_KEEPINTERVAL, TCP_KEEPCOUNT, TCP_QUICKACK
   * @return this
   * @throws UnsupportedOperationException if the engine does not know it
   */
  public <T> SocketStream setOption(SocketOption<T> option, T value) throws IOException {
    OnLoop.call(
        loop,
        () -> {
          socket.setOption(option, value);
          return null;
        });
    return this;
  }

  /**
   * Reads a socket option; see {@link #setOption}. The kernel reports twice the buffer size it was
   * asked for.
   */
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return OnLoop.call(loop, () -> socket.getOption(option));
  }

  /** The loop it belongs to. */
  @Override
  public Loop loop() {
    return loop;
  }

  /** Whether it was not closed on this side yet. */
  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  /**
   * Closes both directions and frees the descriptor. Any thread; does not wait. Does nothing when
   * repeated.
   */
  @Override
  public void close() {
    OnLoop.close(loop, socket::close);
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + (isOpen() ? "open" : "closed") + "]";
  }
}
