package dev.loomlet.io;

import dev.loomlet.Loop;
import dev.loomlet.engine.Chunk;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where bytes go: the writing side of a socket, a pipe, a terminal, a file; trio's {@code
 * SendStream}.
 *
 * <p>A write returns when everything was taken, and so waits while the other side is slow. One
 * greenlet writes at a time; another one gets a {@link dev.loomlet.engine.ResourceBusyException}.
 * Each write throws {@link dev.loomlet.Cancelled} if its greenlet is or gets cancelled, and may
 * have written a part then.
 */
public interface ByteSink extends AutoCloseable {

  /**
   * Writes memory. Waits.
   *
   * @param source at most 2<sup>31</sup> - 1 bytes
   * @throws java.net.SocketTimeoutException after the time-out; a part may have been written
   */
  void write(MemorySegment source) throws IOException;

  /** Writes a whole array. Waits. */
  default void write(byte[] source) throws IOException {
    write(MemorySegment.ofArray(source));
  }

  /** Writes a part of an array. Waits. */
  default void write(byte[] source, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, source.length);
    write(MemorySegment.ofArray(source).asSlice(offset, length));
  }

  /** Writes a buffer's bytes from its position to its limit, which become equal. Waits. */
  default void write(ByteBuffer source) throws IOException {
    write(MemorySegment.ofBuffer(source));
    source.position(source.limit());
  }

  /**
   * Writes the bytes of several buffers, each from its position to its limit, which become equal,
   * one behind the other. Waits. A socket takes them by one system call if it can.
   */
  default void write(ByteBuffer... sources) throws IOException {
    for (ByteBuffer source : sources) {
      write(source);
    }
  }

  /** Writes several pieces of memory, one behind the other. Waits. */
  default void write(List<MemorySegment> sources) throws IOException {
    for (MemorySegment source : sources) {
      write(source);
    }
  }

  /**
   * Writes the bytes of a chunk from its buffer's position to its limit, which become equal. Waits.
   */
  default void write(Chunk source) throws IOException {
    write(source.buffer());
  }

  /**
   * Limits how long each write waits; it then throws {@link java.net.SocketTimeoutException} and
   * may have written a part, so that only closing makes sense.
   *
   * @param timeout more than 0, or null for no limit, as at first
   */
  void setWriteTimeout(@Nullable Duration timeout);

  /** A view for code that wants a stream; unbuffered. Closing it closes this. */
  default OutputStream outputStream() {
    return new SinkOutputStream(this);
  }

  /** The loop it belongs to. */
  Loop loop();

  /** Whether it was not closed on this side yet. */
  boolean isOpen();

  /** Frees it; a write that waits ends with an exception. Any thread; does not wait. */
  @Override
  void close();
}
