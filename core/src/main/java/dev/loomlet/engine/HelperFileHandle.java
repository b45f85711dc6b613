package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A file of which helper threads do the operations.
 *
 * <p>The descriptor is freed by the last one who uses it, after {@link #close}: a helper thread
 * cannot be called back, and must not work on the next file that gets the descriptor's number.
 */
abstract class HelperFileHandle implements FileHandle {
  /** Bytes that are read or written in one go, during which the greenlet cannot be cancelled. */
  static final int BLOCK = 1 << 20;

  private static final int CLOSED = Integer.MIN_VALUE / 2;

  final HelperFiles files;
  private final Path path;

  /** Operations under way; far below zero once this is closed. */
  private final AtomicInteger users = new AtomicInteger();

  HelperFileHandle(HelperFiles files, Path path) {
    this.files = files;
    this.path = path;
  }

  /**
   * Reads at least one byte. On a helper thread.
   *
   * @param target one that any thread may touch
   * @return how many bytes; -1 at the end
   */
  abstract int readBlocking(MemorySegment target, long position) throws IOException;

  /**
   * Writes at least one byte. On a helper thread.
   *
   * @param source one that any thread may touch
   */
  abstract int writeBlocking(MemorySegment source, long position) throws IOException;

  /** Frees the descriptor; may block. Any thread, once. */
  abstract void free();

  /** A checkpoint and, now and then, a chance for others; every operation begins with it. */
  final void begin() throws IOException {
    files.context.checkCancelled();
    if (files.progress.isDue()) {
      files.context.yieldNow();
    }
    requireOpen();
  }

  private void requireOpen() throws IOException {
    if (!isOpen()) {
      throw FileFailure.closed(path);
    }
  }

  /** Has a helper thread work with the descriptor, and waits. */
  final <T extends @Nullable Object> T onHelper(FileOperations.Work<T> work) throws IOException {
    files.progress.reset();
    enter();
    return HelperThreads.callUncancellably(
        this,
        () -> {
          try {
            return work.run();
          } catch (NonReadableChannelException | NonWritableChannelException e) {
            throw FileFailure.notOpenedForThat(path, e);
          } catch (IOException e) {
            throw FileFailure.clearer(path, e);
          } finally {
            leave();
          }
        });
  }

  /** As {@link #onHelper}, with the descriptor of another file too. */
  final <T extends @Nullable Object> T onHelperWith(
      HelperFileHandle other, FileOperations.Work<T> work) throws IOException {
    requireOpen();
    other.enter();
    return onHelper(
        () -> {
          try {
            return work.run();
          } finally {
            other.leave();
          }
        });
  }

  /** Keeps the descriptor until {@link #leave}. Any thread. */
  final void enter() throws IOException {
    int before;
    do {
      before = users.get();
      if (before < 0) {
        throw FileFailure.closed(path);
      }
    } while (!users.compareAndSet(before, before + 1));
  }

  /** Ends what {@link #enter} began; may free the descriptor, and so is for helper threads. */
  final void leave() {
    if (users.decrementAndGet() == CLOSED) {
      free();
    }
  }

  /** As {@link #leave}, on the loop. */
  final void leaveSoon() {
    if (isOpen()) {
      leave();
    } else {
      HelperThreads.execute(this::leave);
    }
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long position) throws IOException {
    begin();
    return readOnHelper(target.asSlice(offset, Math.min(length, BLOCK)), position);
  }

  @Override
  public @Nullable Chunk receive(long position) throws IOException {
    Chunk chunk = files.chunks.take();
    int n = -1;
    try {
      n = read(chunk.segment(), 0, Chunk.CAPACITY, position);
    } finally {
      if (n < 0) {
        chunk.close();
      }
    }
    if (n < 0) {
      return null;
    }
    chunk.rawBuffer().limit(n);
    return chunk;
  }

  final int readOnHelper(MemorySegment target, long position) throws IOException {
    if (isShared(target)) {
      return onHelper(() -> readBlocking(target, position));
    }
    byte[] copy = new byte[(int) target.byteSize()];
    int n = onHelper(() -> readBlocking(MemorySegment.ofArray(copy), position));
    if (n > 0) {
      MemorySegment.copy(MemorySegment.ofArray(copy), 0, target, 0, n);
    }
    return n;
  }

  @Override
  public int write(MemorySegment source, long offset, int length, long position)
      throws IOException {
    begin();
    MemorySegment part = source.asSlice(offset, Math.min(length, BLOCK));
    MemorySegment shared =
        isShared(part) ? part : MemorySegment.ofArray(part.toArray(ValueLayout.JAVA_BYTE));
    return onHelper(() -> writeBlocking(shared, position));
  }

  @Override
  public long copyTo(long position, FileHandle target, long targetPosition, long count)
      throws IOException {
    try (Chunk chunk = receive(position)) {
      if (chunk == null) {
        return -1;
      }
      int length = (int) Math.min(chunk.length(), count);
      int written = 0;
      while (written < length) {
        written +=
            target.write(chunk.segment(), written, length - written, targetPosition + written);
      }
      return length;
    }
  }

  /** Whether a helper thread may touch it. */
  private static boolean isShared(MemorySegment segment) {
    return segment.isAccessibleBy(HelperThreads.ANY);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public boolean isOpen() {
    return users.get() >= 0;
  }

  @Override
  public void close() {
    int before = users.get();
    while (before >= 0 && !users.compareAndSet(before, before + CLOSED)) {
      before = users.get();
    }
    if (before < 0) {
      return;
    }
    files.forget(this);
    if (before == 0) {
      freeNow();
    }
  }

  /** Frees the descriptor, which nobody uses, in {@link #close}. Waits. */
  void freeNow() {
    HelperThreads.finish(this, this::free);
  }

  @Override
  public String toString() {
    return "the file " + path;
  }
}
