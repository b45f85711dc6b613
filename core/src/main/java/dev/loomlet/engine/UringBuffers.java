package dev.loomlet.engine;

import dev.loomlet.linux.BufferRing;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that the kernel may receive into. Each belongs to the kernel from {@link #refill}
 * until a completion names it, and then to whoever takes it; the pool makes up for it with another
 * one, so that the few that are in use stay in the processor's cache, and no slow reader can keep
 * the kernel from receiving for others.
 */
final class UringBuffers {
  /** The one group of buffers that an engine has. */
  static final int GROUP = 0;

  static final int MOST = 512;
  private static final int AT_FIRST = 32;

  private final BufferRing ring;
  private final ChunkPool pool;
  private final @Nullable Chunk[] given = new @Nullable Chunk[MOST];
  private final int[] freeIds = new int[MOST];
  private int freeCount;

  /** How many the kernel should have; more only if these have proved too few. */
  private int wanted;

  UringBuffers(BufferRing ring, ChunkPool pool) {
    this.ring = ring;
    this.pool = pool;
    for (int id = 0; id < MOST; id++) {
      freeIds[freeCount++] = id;
    }
  }

  /** Gives the kernel its first ones; not before somebody receives. */
  void start() {
    if (wanted == 0) {
      wanted = AT_FIRST;
      refill();
    }
  }

  /** A chunk that a completion named: the caller's, to fill in its limit and to close. */
  Chunk take(int id) {
    Chunk chunk = Objects.requireNonNull(given[id]);
    given[id] = null;
    freeIds[freeCount++] = id;
    return chunk;
  }

  /** Replaces what was taken. */
  void refill() {
    int missing = wanted - (MOST - freeCount);
    if (missing <= 0) {
      return;
    }
    for (; missing > 0; missing--) {
      Chunk chunk;
      try {
        chunk = pool.take();
      } catch (OutOfMemoryError e) {
        // Others may close theirs; it is tried again in each turn.
        break;
      }
      int id = freeIds[--freeCount];
      given[id] = chunk;
      ring.add(chunk.address(), Chunk.CAPACITY, id);
    }
    ring.publish();
  }

  /** They were too few. */
  void ranOut() {
    wanted = Math.min(2 * wanted, MOST);
  }

  /** Whether the kernel has any. */
  boolean isEmpty() {
    return freeCount == MOST;
  }
}
