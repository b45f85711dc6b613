package dev.loomlet.file;

import dev.loomlet.Loop;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.FileHandle;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.io.ByteSink;
import dev.loomlet.io.ByteSource;
import dev.loomlet.wait.Memory;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Task;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An open file; {@code FileChannel} for greenlets, trio's {@code open_file}. See {@link
 * LoopFiles#open}.
 *
 * <p>It can be read and written at any place, by any number of greenlets at once; and from the
 * beginning to the end, as a {@link ByteSource} and {@link ByteSink}, by one greenlet at a time:
 * another one gets a {@link ResourceBusyException}.
 *
 * <p>About cancellation see the package. No time limit can be set for reads and writes, for nothing
 * could end one that takes longer.
 */
public final class OpenFile implements ByteSource, ByteSink {
  private final Loop loop;
  private final FileHandle handle;
  private final boolean appends;

  /** Where the next read or write without a position works. */
  private long position;

  /** Who is doing that. */
  private @Nullable Thread sequential;

  OpenFile(Loop loop, FileHandle handle, boolean appends) {
    this.loop = loop;
    this.handle = handle;
    this.appends = appends;
  }

  /** Where it was opened. */
  public Path path() {
    return handle.path();
  }

  /** What carries out the operations, on the loop. */
  public FileHandle handle() {
    return handle;
  }

  /** Reads on from the {@linkplain #position() position}, which moves on. */
  @Override
  public int read(MemorySegment target) throws IOException {
    Memory.requireWritable(target);
    if (target.byteSize() == 0) {
      return 0;
    }
    return OnLoop.call(loop, () -> readOn(target));
  }

  private int readOn(MemorySegment target) throws IOException {
    takeTurn();
    try {
      int n = handle.read(target, 0, lengthOf(target), position);
      position += Math.max(n, 0);
      return n;
    } finally {
      sequential = null;
    }
  }

  /**
   * Reads at a position. Waits. Any number of greenlets may do so at once.
   *
   * @param target native or an array's
   * @param position in bytes from the beginning, 0 or more
   * @return how many bytes, at least 1, perhaps less than there are; -1 if the file ends at or
   *     before the position; 0 only for a segment without room
   * @throws IllegalArgumentException if the position is negative
   */
  public int read(MemorySegment target, long position) throws IOException {
    requirePosition(position);
    Memory.requireWritable(target);
    int length = lengthOf(target);
    if (length == 0) {
      return 0;
    }
    return loop.isCurrent()
        ? handle.read(target, 0, length, position)
        : OnLoop.call(loop, () -> handle.read(target, 0, length, position));
  }

  /** As {@link #read(MemorySegment, long)}, into an array. */
  public int read(byte[] target, long position) throws IOException {
    return read(MemorySegment.ofArray(target), position);
  }

  /**
   * Reads at a position until the array is full or the file ends. Waits. A cancellation is thrown
   * between two blocks.
   *
   * @return how many bytes; less than there is room for only if the file ends
   */
  public int readFully(byte[] target, long position) throws IOException {
    MemorySegment all = MemorySegment.ofArray(target);
    int done = 0;
    while (done < target.length) {
      int n = read(all.asSlice(done), position + done);
      if (n < 0) {
        break;
      }
      done += n;
    }
    return done;
  }

  @Override
  public @Nullable Chunk receive() throws IOException {
    if (!loop.isCurrent()) {
      throw new IllegalStateException(
          "receive lends a buffer of " + loop + " and works in its greenlets only; use read");
    }
    takeTurn();
    try {
      Chunk chunk = handle.receive(position);
      if (chunk != null) {
        position += chunk.length();
      }
      return chunk;
    } finally {
      sequential = null;
    }
  }

  /**
   * Writes on at the {@linkplain #position() position}, which moves on; or at the end, if the file
   * was opened to append.
   */
  @Override
  public void write(MemorySegment source) throws IOException {
    OnLoop.call(
        loop,
        () -> {
          writeOn(source);
          return null;
        });
  }

  private void writeOn(MemorySegment source) throws IOException {
    takeTurn();
    try {
      long done = 0;
      while (done < source.byteSize()) {
        MemorySegment rest = source.asSlice(done);
        int n = handle.write(rest, 0, lengthOf(rest), appends ? FileHandle.AT_END : position);
        position += n;
        done += n;
      }
    } finally {
      sequential = null;
    }
  }

  /**
   * Writes at a position, all of it. Waits. A cancellation is thrown between two blocks: a part has
   * been written then.
   *
   * @param source native or an array's
   * @param position in bytes from the beginning, 0 or more; beyond the end, zeros are put between
   * @throws java.nio.file.FileSystemException if there is no space left; a part may have been
   *     written
   * @throws IllegalStateException if the file was opened to append
   */
  public void write(MemorySegment source, long position) throws IOException {
    requirePosition(position);
    if (appends) {
      throw new IllegalStateException(
          path()
              + " was opened to append, and then every write goes to the end: open it with"
              + " WRITE alone, or write without a position");
    }
    OnLoop.call(
        loop,
        () -> {
          long done = 0;
          while (done < source.byteSize()) {
            MemorySegment rest = source.asSlice(done);
            done += handle.write(rest, 0, lengthOf(rest), position + done);
          }
          return null;
        });
  }

  /** As {@link #write(MemorySegment, long)}, from an array. */
  public void write(byte[] source, long position) throws IOException {
    write(MemorySegment.ofArray(source), position);
  }

  /** Where the next read or write without a position works; of no meaning when appending. */
  public long position() throws IOException {
    return OnLoop.call(loop, () -> position);
  }

  /**
   * Sets where the next read or write without a position works.
   *
   * @param newPosition 0 or more; may lie beyond the end
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public OpenFile position(long newPosition) throws IOException {
    requirePosition(newPosition);
    return OnLoop.call(
        loop,
        () -> {
          takeTurn();
          sequential = null;
          position = newPosition;
          return this;
        });
  }

  /** Its size in bytes. Waits. */
  public long size() throws IOException {
    return OnLoop.call(loop, handle::size);
  }

  /**
   * Makes it so large: cuts it off, or adds zeros. Waits.
   *
   * @param size in bytes, 0 or more
   * @throws IllegalArgumentException if it is negative
   */
  public void truncate(long size) throws IOException {
    if (size < 0) {
      throw new IllegalArgumentException("a size must be 0 or more, not " + size);
    }
    OnLoop.call(
        loop,
        () -> {
          handle.truncate(size);
          return null;
        });
  }

  /**
   * Waits until everything that was written, and what the file system knows of the file, is on the
   * device (fsync(2)). After an error nobody knows what is there: write the file anew, into another
   * one.
   */
  public void sync() throws IOException {
    sync(true);
  }

  /**
   * As {@link #sync}, for the data and what is needed to read it back; not, for instance, the time
   * of the change (fdatasync(2)).
   */
  public void syncData() throws IOException {
    sync(false);
  }

  private void sync(boolean metadata) throws IOException {
    OnLoop.call(
        loop,
        () -> {
          handle.sync(metadata);
          return null;
        });
  }

  private void takeTurn() {
    Thread other = sequential;
    if (other != null) {
      throw new ResourceBusyException(
          "greenlet "
              + Task.nameOf(other)
              + " reads or writes "
              + path()
              + " where it stands already; one at a time, or each at a position of its own");
    }
    sequential = Thread.currentThread();
  }

  private static void requirePosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("a position must be 0 or more, not " + position);
    }
  }

  private static int lengthOf(MemorySegment segment) {
    return (int) Math.min(segment.byteSize(), Integer.MAX_VALUE);
  }

  /**
   * Not for files.
   *
   * @throws UnsupportedOperationException unless it is null
   */
  @Override
  public void setReadTimeout(@Nullable Duration timeout) {
    refuseTimeout(timeout);
  }

  /**
   * Not for files.
   *
   * @throws UnsupportedOperationException unless it is null
   */
  @Override
  public void setWriteTimeout(@Nullable Duration timeout) {
    refuseTimeout(timeout);
  }

  private static void refuseTimeout(@Nullable Duration timeout) {
    if (timeout != null) {
      throw new UnsupportedOperationException(
          "nothing can end an operation on a file that takes too long; leave the time-out null");
    }
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public boolean isOpen() {
    return handle.isOpen();
  }

  /**
   * Frees the descriptor: before it returns, if a greenlet of the file's loop calls it, which waits
   * for that, deaf to cancellation. What is being read or written is finished first. What the
   * operating system has to complain about then is lost, see {@link #sync}. Any thread; does
   * nothing when repeated.
   */
  @Override
  public void close() {
    OnLoop.close(loop, handle::close);
  }

  @Override
  public String toString() {
    return "OpenFile[" + Objects.toString(path()) + ", " + (isOpen() ? "open" : "closed") + "]";
  }
}
