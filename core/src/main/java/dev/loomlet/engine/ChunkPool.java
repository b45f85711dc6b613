package dev.loomlet.engine;

import dev.loomlet.jdk.JdkInternals;
import org.jspecify.annotations.Nullable;

/** A loop's read buffers, the one used last on top because the processor has it in its cache. */
final class ChunkPool {
  /** Buffers kept for reuse; what slow writers held beyond that is left to the collector. */
  private static final int KEPT = 64;

  private final Thread owner = Thread.currentThread();
  private @Nullable Chunk top;
  private int size;

  Chunk take() {
    Chunk chunk = top;
    if (chunk == null) {
      return new Chunk(this).lend();
    }
    top = chunk.below;
    chunk.below = null;
    size--;
    return chunk.lend();
  }

  void give(Chunk chunk) {
    if (JdkInternals.currentCarrier() != owner) {
      throw new IllegalStateException("a chunk must be closed on the loop that lent it");
    }
    if (size < KEPT) {
      chunk.below = top;
      top = chunk;
      size++;
    }
  }
}
