package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.ChunkPool;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A loop's buffers for TLS, the one used last on top because the processor has it in its cache. A
 * connection has one only while there is something in it. For the loop's carrier thread.
 */
final class RecordBuffers {
  private static final int KEPT = 32;

  /** The connections hold them; without any, those of a loop may go. */
  private static final Map<Loop, WeakReference<RecordBuffers>> OF_LOOPS = new WeakHashMap<>();

  private static final ReentrantLock LOCK = new ReentrantLock();

  /** For what was decrypted. */
  final ChunkPool chunks = new ChunkPool();

  private @Nullable RecordBuffer top;
  private int size;

  private RecordBuffers() {}

  /** Those of a loop; on its carrier thread. */
  static RecordBuffers of(Loop loop) {
    LOCK.lock();
    try {
      WeakReference<RecordBuffers> known = OF_LOOPS.get(loop);
      RecordBuffers buffers = known == null ? null : known.get();
      if (buffers == null) {
        buffers = new RecordBuffers();
        OF_LOOPS.put(loop, new WeakReference<>(buffers));
      }
      return buffers;
    } finally {
      LOCK.unlock();
    }
  }

  /** Lends an empty one. */
  RecordBuffer take() {
    RecordBuffer buffer = top;
    if (buffer == null) {
      return new RecordBuffer();
    }
    top = buffer.below;
    buffer.below = null;
    size--;
    buffer.buffer.clear();
    return buffer;
  }

  /** Takes one back. */
  void give(RecordBuffer buffer) {
    if (size < KEPT) {
      buffer.below = top;
      top = buffer;
      size++;
    }
  }
}
