package dev.loomlet.io;

import dev.loomlet.Loop;
import dev.loomlet.engine.Chunk;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where bytes come from: the reading side of a socket, a pipe, a terminal, a file; trio's {@code
 * ReceiveStream}.
 *
 * <p>Reads return what there is, at least one byte, and wait until there is something. One greenlet
 * reads at a time; another one gets a {@link dev.loomlet.engine.ResourceBusyException}. Each read
 * throws {@link dev.loomlet.Cancelled} if its greenlet is or gets cancelled, and has read nothing
 * then.
 */
public interface ByteSource extends AutoCloseable {

  /**
   * Reads into memory. Waits.
   *
   * @return how many bytes, or -1 at the end; 0 only for a segment without room
   * @throws java.net.SocketTimeoutException after the time-out; nothing was read
   */
  int read(MemorySegment target) throws IOException;

  /**
   * Reads into a whole array. Waits.
   *
   * @return how many bytes, or -1 at the end; 0 only for an array without room
   */
  default int read(byte[] target) throws IOException {
    return read(MemorySegment.ofArray(target));
  }

  /**
   * Reads into a part of an array. Waits.
   *
   * @return how many bytes, or -1 at the end; 0 only if length is 0
   */
  default int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    return read(MemorySegment.ofArray(target).asSlice(offset, length));
  }

  /**
   * Reads into a buffer from its position, which moves on, to its limit at most. Waits.
   *
   * @return how many bytes, or -1 at the end; 0 only for a buffer without room
   */
  default int read(ByteBuffer target) throws IOException {
    int n = read(MemorySegment.ofBuffer(target));
    if (n > 0) {
      target.position(target.position() + n);
    }
    return n;
  }

  /**
   * Reads into a buffer that the loop lends only once there is something to read, so that whoever
   * waits holds none. For greenlets of its own loop.
   *
   * @return to be closed before the next read; null at the end
   * @throws IllegalStateException on another loop or thread, which must not share the loop's
   *     buffers
   */
  @Nullable Chunk receive() throws IOException;

  /**
   * Limits how long each read waits; it then throws {@link java.net.SocketTimeoutException}, has
   * read nothing, and may be tried again.
   *
   * @param timeout more than 0, or null for no limit, as at first
   */
  void setReadTimeout(@Nullable Duration timeout);

  /** A view for code that wants a stream; unbuffered. Closing it closes this. */
  default InputStream inputStream() {
    return new SourceInputStream(this);
  }

  /** The loop it belongs to. */
  Loop loop();

  /** Whether it was not closed on this side yet. */
  boolean isOpen();

  /** Frees it; a read that waits ends with an exception. Any thread; does not wait. */
  @Override
  void close();
}
