package dev.loomlet.engine;

import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an engine does with files. For greenlets of its loop, which wait while others go on.
 *
 * <p>The kernel cannot say that a file is ready, as it does of a socket: a disk that takes long
 * simply holds up the caller. So an engine has either the kernel do the whole operation, or a
 * helper thread. Either way an operation that has begun is not given up when its greenlet is
 * cancelled: the greenlet waits for its end, the operation has happened, and the cancellation is
 * thrown at the next checkpoint, as by trio's {@code to_thread.run_sync}. An operation that has not
 * begun is not begun then.
 *
 * <p>Paths may be of any file system that the JDK knows. Errors are those of {@link
 * java.nio.file.Files}.
 */
public interface FileOperations {

  /** Work that blocks its thread, as long as it takes. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    /** Does it. Must not touch what belongs to the loop. */
    T run() throws IOException;
  }

  /**
   * Opens a file. Waits.
   *
   * @param options of {@link java.nio.file.StandardOpenOption}, and {@link
   *     LinkOption#NOFOLLOW_LINKS}; none for reading
   * @param attributes of a file that is created, such as its permissions
   * @throws java.nio.file.FileSystemException if it cannot be opened; if it is a FIFO, a socket or
   *     a terminal, which have no positions
   * @throws DescriptorsExhaustedException if there is no descriptor left
   */
  FileHandle open(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException;

  /** As {@link java.nio.file.Files#readAttributes(Path, Class, LinkOption...)}. Waits. */
  <A extends BasicFileAttributes> A attributes(Path path, Class<A> type, LinkOption... options)
      throws IOException;

  /** As {@link java.nio.file.Files#move}. Waits. */
  void move(Path source, Path target, CopyOption... options) throws IOException;

  /** As {@link java.nio.file.Files#delete}. Waits. */
  void delete(Path path) throws IOException;

  /** As {@link java.nio.file.Files#createDirectory}. Waits. */
  void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException;

  /**
   * Has a helper thread do whatever there is no operation for. Waits, without an end if the work
   * has none.
   *
   * @return its result
   */
  <T extends @Nullable Object> T call(Work<T> work) throws IOException;
}
