package dev.loomlet.engine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.loomlet.linux.NativeMemory;
import dev.loomlet.linux.SystemCalls;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Little writes that a loop's greenlets give to the kernel together, one {@code io_uring_enter} for
 * all of a turn.
 *
 * <p>They are copied into a chunk of the loop, and none of them waits for room in its socket, so
 * that the kernel reads the chunk only during that system call. A greenlet does not return from a
 * write before the kernel has taken the bytes: an error belongs to the write that met it, and a
 * program that exits has sent what it wrote.
 */
final class UringSends {
  /** Longer writes cost more to copy than a system call. */
  static final int MOST = 4 * 1024;

  /** Of a send: it does not wait, and raises no signal. */
  static final int FLAGS = SystemCalls.SEND_FLAGS;

  /** Bytes of a {@code struct iovec}: address and length. */
  static final int PIECE = 16;

  /** From so many greenlets that are ready on, a write waits for theirs. */
  private static final int COMPANY = 2;

  /** Writes begin in lines of their own of the processor's cache. */
  private static final int ALIGNMENT = 64;

  private final EngineContext context;
  private final ChunkPool chunks;
  private @Nullable Chunk chunk;
  private int used;
  private int underWay;

  UringSends(EngineContext context, ChunkPool chunks) {
    this.context = context;
    this.chunks = chunks;
  }

  /** Whether a write should be given to the kernel here, and there is room for it. */
  boolean puts(int length) {
    if (length > MOST || (underWay == 0 && context.readyCount() < COMPANY)) {
      return false;
    }
    return underWay == 0 || used + length <= Chunk.CAPACITY;
  }

  /**
   * Takes bytes to send, for which there must be room.
   *
   * @return where they lie, until {@link #ended}
   */
  long put(MemorySegment source, long offset, int length) {
    int at = place(length);
    Chunk target = chunk();
    MemorySegment.copy(source, offset, target.segment(), at, length);
    return target.address() + at;
  }

  /** As the other one, from several places. */
  long put(GatheredBytes bytes, int length) {
    int at = place(length);
    Chunk target = chunk();
    bytes.copyTo(target.segment(), at);
    return target.address() + at;
  }

  /**
   * As the other one, from several places outside of the Java heap.
   *
   * @param pieces their {@code struct iovec}s
   */
  long putPieces(MemorySegment pieces, int count, int length) {
    int at = place(length);
    Chunk target = chunk();
    long to = at;
    for (int i = 0; i < count; i++) {
      long address = pieces.get(JAVA_LONG, (long) i * PIECE);
      long part = pieces.get(JAVA_LONG, (long) i * PIECE + 8);
      MemorySegment.copy(NativeMemory.at(address, part), 0, target.segment(), to, part);
      to += part;
    }
    return target.address() + at;
  }

  /** How many bytes some {@code struct iovec}s have, or just more than may be sent here. */
  static int lengthOf(MemorySegment pieces, int count) {
    long length = 0;
    for (int i = 0; i < count && length <= MOST; i++) {
      length += pieces.get(JAVA_LONG, (long) i * PIECE + 8);
    }
    return (int) Math.min(length, MOST + 1L);
  }

  private int place(int length) {
    if (underWay == 0) {
      used = 0;
    }
    int at = used;
    used = at + length + ALIGNMENT - 1 & -ALIGNMENT;
    return at;
  }

  private Chunk chunk() {
    Chunk known = chunk;
    if (known == null) {
      known = chunks.take();
      chunk = known;
    }
    return known;
  }

  /** A send was prepared. */
  void begun() {
    underWay++;
  }

  /** One of them is over. */
  void ended() {
    underWay--;
  }
}
