package dev.loomlet.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that were read, in a buffer lent by the loop.
 *
 * <p>A connection that waits holds no buffer: the loop lends one when there is something to read
 * and takes it back in {@link #close}, so that a loop with thousands of connections works in a few
 * buffers that stay in the processor's cache. Close it before reading again, best by
 * try-with-resources. The buffer must not be touched after that: it is the next reader's then.
 */
public final class Chunk implements AutoCloseable {
  /** Size of a chunk's buffer in bytes: the most that one read returns. */
  public static final int CAPACITY = 64 * 1024;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);
  private final MemorySegment segment = MemorySegment.ofBuffer(buffer);
  private final long address = segment.address();
  private final ChunkPool pool;
  private boolean lent;

  /** The one below in the pool's stack. */
  @Nullable Chunk below;

  Chunk(ChunkPool pool) {
    this.pool = pool;
  }

  /**
   * The bytes: from position 0 to the limit at first.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public ByteBuffer buffer() {
    if (!lent) {
      throw new IllegalStateException(
          "the chunk was closed; its buffer is back in the loop's pool");
    }
    return buffer;
  }

  /** Bytes between the buffer's position and limit. */
  public int length() {
    return buffer().remaining();
  }

  /**
   * Gives the buffer back to the loop. Does nothing when repeated.
   *
   * @throws IllegalStateException on another thread than the loop's
   */
  @Override
  public void close() {
    if (lent) {
      pool.give(this);
      lent = false;
    }
  }

  /** Where the buffer lies; valid as long as this object is reachable. */
  long address() {
    return address;
  }

  /** All of the buffer. */
  MemorySegment segment() {
    return segment;
  }

  ByteBuffer rawBuffer() {
    return buffer;
  }

  Chunk lend() {
    lent = true;
    buffer.clear();
    return this;
  }
}
