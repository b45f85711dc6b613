package dev.loomlet.engine;

import dev.loomlet.jdk.JdkInternals;
import org.jspecify.annotations.Nullable;

/**
 * A loop's read buffers, the one used last on top because the processor has it in its cache. Each
 * engine has one of its own; whoever decodes what an engine reads may have another one.
 */
public final class ChunkPool {
  /** Buffers kept for reuse; what slow writers held beyond that is left to the collector. */
  private static final int KEPT = 64;

  private final Thread owner;
  private @Nullable Chunk top;
  private int size;

  /** Creates an empty pool for the loop on whose carrier thread this is called. */
  public ChunkPool() {
    owner = JdkInternals.currentCarrier();
  }

  /** Lends a chunk, with the whole buffer between position and limit. On the loop's thread. */
  public Chunk take() {
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
