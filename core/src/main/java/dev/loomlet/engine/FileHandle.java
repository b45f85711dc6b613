package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An open file of an engine. For greenlets of its loop, of which any number may use it at once:
 * each operation says where in the file it works.
 *
 * <p>About cancellation see {@link FileOperations}. An operation that is under way when the file is
 * closed ends as if it were not; the descriptor is freed after it.
 */
public interface FileHandle {

  /** Position that means the end of the file, wherever it is by then. */
  long AT_END = -1;

  /** As it was opened. */
  Path path();

  /**
   * Reads, at least one byte, perhaps less than there is. Waits.
   *
   * @param target native or an array's
   * @param offset where in the target to begin
   * @param length how much at most, at least 1
   * @param position where in the file, 0 or more
   * @return how many bytes; -1 if the file ends at or before the position
   */
  int read(MemorySegment target, long offset, int length, long position) throws IOException;

  /**
   * As {@link #read}, into a buffer that the loop lends.
   *
   * @return null if the file ends at or before the position
   */
  @Nullable Chunk receive(long position) throws IOException;

  /**
   * Writes, at least one byte, perhaps not all. Waits.
   *
   * @param source native or an array's
   * @param offset where in the source to begin
   * @param length how much at most, at least 1
   * @param position where in the file, 0 or more; {@link #AT_END} for a file that was opened to
   *     append
   * @return how many bytes
   * @throws java.nio.file.FileSystemException if there is no space left; nothing was written
   */
  int write(MemorySegment source, long offset, int length, long position) throws IOException;

  /**
   * Returns when everything that was written is on the device (fsync(2)). Waits. After an error
   * nobody knows what is there: to try again is of no use.
   *
   * @param metadata false for what is needed to read the data back only (fdatasync(2))
   */
  void sync(boolean metadata) throws IOException;

  /** Its size in bytes. Waits. */
  long size() throws IOException;

  /**
   * Makes it so large: cuts it off, or adds zeros. Waits.
   *
   * @param size 0 or more
   */
  void truncate(long size) throws IOException;

  /**
   * Copies a block into another file, inside of the kernel or the device where that is possible
   * (copy_file_range(2)). Waits.
   *
   * @param position where in this file
   * @param target open for writing, by the same engine
   * @param targetPosition where in the other
   * @param count how much at most, at least 1
   * @return how many bytes, at least 1, perhaps less; -1 if this file ends at the position
   */
  long copyTo(long position, FileHandle target, long targetPosition, long count) throws IOException;

  /** Whether {@link #close} was not called yet. */
  boolean isOpen();

  /**
   * Frees the descriptor, in a greenlet of the loop before it returns: waits then, deaf to
   * cancellation. What the operating system says of that is lost; who wants to know whether
   * everything was written calls {@link #sync}. Does nothing when repeated.
   */
  void close();
}
