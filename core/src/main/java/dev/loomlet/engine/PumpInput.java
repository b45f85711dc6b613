package dev.loomlet.engine;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A stream that blocks whoever reads it, and that nothing can be asked of first: a thread of its
 * own reads a block ahead when somebody waits, and hands it to the loop. A greenlet that gives up
 * loses nothing, for the block stays here.
 */
final class PumpInput extends Readiness implements InputEnd {
  private static final int BLOCK = 16 * 1024;

  private final ChunkPool chunks;
  private final InputStream stream;
  private final String description;

  /** The thread's while {@link #filling}, else the loop's. */
  private final byte[] block = new byte[BLOCK];

  private boolean filling;
  private int start;
  private int end;
  private boolean ended;
  private @Nullable IOException failure;

  PumpInput(
      EngineContext context,
      Progress progress,
      ChunkPool chunks,
      InputStream stream,
      String description) {
    super(context, progress, 0);
    this.chunks = chunks;
    this.stream = stream;
    this.description = description;
  }

  @Override
  String describe() {
    return description;
  }

  @Override
  void arm(int readiness) {
    if (!filling && start == end && !ended && failure == null) {
      filling = true;
      Thread.ofPlatform()
          .daemon()
          .inheritInheritableThreadLocals(false)
          .name("loomlet-reads " + description)
          .start(this::fill);
    }
  }

  private void fill() {
    int n;
    IOException error;
    try {
      n = stream.read(block);
      error = null;
    } catch (IOException e) {
      n = -1;
      error = e;
    }
    int read = n;
    IOException problem = error;
    context.submit(() -> filled(read, problem));
  }

  private void filled(int n, @Nullable IOException problem) {
    filling = false;
    failure = problem;
    start = 0;
    end = Math.max(n, 0);
    ended = n < 0;
    ready(READABLE);
  }

  @Override
  void askKernel() {
    if (start < end || ended || failure != null) {
      state |= READABLE;
    } else {
      arm(READABLE);
    }
  }

  /** Waits until there is something; false at the end. */
  private boolean awaitBytes(long timeoutNanos) throws IOException {
    long deadline = 0;
    while (start == end) {
      IOException problem = failure;
      if (problem != null) {
        throw new IOException("read from " + description + ": " + problem.getMessage(), problem);
      }
      if (ended) {
        return false;
      }
      state &= ~READABLE;
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
    return true;
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    beginRead();
    if (!awaitBytes(timeoutNanos)) {
      return -1;
    }
    int n = Math.min(length, end - start);
    MemorySegment.copy(MemorySegment.ofArray(block), start, target, offset, n);
    start += n;
    return n;
  }

  @Override
  public @Nullable Chunk receive(long timeoutNanos) throws IOException {
    beginRead();
    if (!awaitBytes(timeoutNanos)) {
      return null;
    }
    Chunk chunk = chunks.take();
    chunk.rawBuffer().put(block, start, end - start).flip();
    start = end;
    return chunk;
  }

  @Override
  public void close() {
    if (markClosed() && stream != System.in) {
      // Some streams wait in close for the one who reads.
      Thread.ofPlatform().daemon().name("loomlet-closes " + description).start(this::closeStream);
    }
  }

  private void closeStream() {
    try {
      stream.close();
    } catch (IOException e) {
      // Nobody reads it any more.
    }
  }
}
