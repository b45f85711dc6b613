package dev.loomlet.engine;

import dev.loomlet.linux.MessageCalls;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory in pieces that is being written, and how far that has come.
 *
 * <p>Native memory goes into a message as it is. Java arrays cannot, because the collector may move
 * them: they are copied into a chunk, as many as it holds, so that a small head and body still
 * leave by one call.
 */
final class GatheredBytes {
  private final List<MemorySegment> pieces;

  /** The piece with the first byte that was not written, and the byte's place in it. */
  private int index;

  private long offset;

  GatheredBytes(List<MemorySegment> pieces) {
    this.pieces = pieces;
  }

  /** Whether there is nothing left to write. */
  boolean isEmpty() {
    while (index < pieces.size() && offset == pieces.get(index).byteSize()) {
      index++;
      offset = 0;
    }
    return index == pieces.size();
  }

  /** How many bytes are left to write, if they are no more than a limit; or else more than that. */
  int lengthUpTo(int limit) {
    long from = offset;
    long length = 0;
    for (int i = index; i < pieces.size() && length <= limit; i++) {
      length += pieces.get(i).byteSize() - from;
      from = 0;
    }
    return (int) Math.min(length, limit + 1L);
  }

  /** Copies all that is left to write. */
  void copyTo(MemorySegment target, long at) {
    long from = offset;
    long to = at;
    for (int i = index; i < pieces.size(); i++) {
      MemorySegment piece = pieces.get(i);
      long length = piece.byteSize() - from;
      MemorySegment.copy(piece, from, target, to, length);
      to += length;
      from = 0;
    }
  }

  /** Puts together a message of as much of the rest as fits. */
  void fill(MessageCalls message, ChunkPool chunks, Copies copies) {
    message.clear();
    copies.rewind();
    long from = offset;
    for (int i = index; i < pieces.size(); i++) {
      MemorySegment piece = pieces.get(i);
      long length = piece.byteSize() - from;
      if (length > 0 && add(message, chunks, copies, piece, from, length) < length) {
        return;
      }
      from = 0;
    }
  }

  private static long add(
      MessageCalls message,
      ChunkPool chunks,
      Copies copies,
      MemorySegment piece,
      long from,
      long length) {
    if (!piece.isNative()) {
      return copies.add(message, chunks, piece, from, length);
    }
    // The kernel only sees a number: whether there is memory behind it is for us to check.
    if (!piece.scope().isAlive()) {
      throw new IllegalStateException("the arena of the memory to write was closed");
    }
    if (!piece.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException("the memory to write belongs to another thread");
    }
    return message.add(piece.address() + from, length);
  }

  /** Notes that some bytes were written. */
  void advance(long written) {
    long left = written;
    while (left > 0) {
      long rest = pieces.get(index).byteSize() - offset;
      if (left < rest) {
        offset += left;
        return;
      }
      left -= rest;
      index++;
      offset = 0;
    }
  }

  /** Where arrays are copied to, for the time of one write. */
  static final class Copies implements AutoCloseable {
    private @Nullable Chunk chunk;
    private int used;

    void rewind() {
      used = 0;
    }

    long add(MessageCalls message, ChunkPool chunks, MemorySegment piece, long from, long length) {
      Chunk copy = chunk;
      if (copy == null) {
        copy = chunks.take();
        chunk = copy;
      }
      int part = (int) Math.min(length, Chunk.CAPACITY - used);
      int added = (int) message.add(copy.address() + used, part);
      MemorySegment.copy(piece, from, copy.segment(), used, added);
      used += added;
      return added;
    }

    @Override
    public void close() {
      if (chunk != null) {
        chunk.close();
      }
    }
  }
}
