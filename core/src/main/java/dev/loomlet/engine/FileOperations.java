package dev.loomlet.engine;

import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.List;
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

  /** As {@link Files#readAttributes(Path, Class, LinkOption...)}. Waits. */
  <A extends BasicFileAttributes> A attributes(Path path, Class<A> type, LinkOption... options)
      throws IOException;

  /** As {@link Files#move}. Waits. */
  void move(Path source, Path target, CopyOption... options) throws IOException;

  /** As {@link Files#delete}. Waits. */
  void delete(Path path) throws IOException;

  /** As {@link Files#createDirectory}. Waits. */
  void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException;

  /** As {@link Files#exists}. Waits. */
  default boolean exists(Path path, LinkOption... options) throws IOException {
    return call(() -> Files.exists(path, options));
  }

  /** What is in a directory, in no order. Waits. */
  default List<Path> list(Path directory) throws IOException {
    return call(
        () -> {
          List<Path> entries = new ArrayList<>();
          try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
          } catch (DirectoryIteratorException e) {
            throw e.getCause();
          }
          return entries;
        });
  }

  /** As {@link Files#deleteIfExists}. Waits. */
  default boolean deleteIfExists(Path path) throws IOException {
    return call(() -> Files.deleteIfExists(path));
  }

  /** As {@link Files#createDirectories}. Waits. */
  default void createDirectories(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    call(() -> Files.createDirectories(directory, attributes));
  }

  /**
   * As {@link Files#createTempFile(Path, String, String, FileAttribute...)}. Waits.
   *
   * @param directory null for the system's one for such files
   */
  default Path createTempFile(
      @Nullable Path directory, @Nullable String prefix, @Nullable String suffix)
      throws IOException {
    return call(
        () ->
            directory == null
                ? Files.createTempFile(prefix, suffix)
                : Files.createTempFile(directory, prefix, suffix));
  }

  /** As {@link #createTempFile}, a directory. Waits. */
  default Path createTempDirectory(@Nullable Path directory, @Nullable String prefix)
      throws IOException {
    return call(
        () ->
            directory == null
                ? Files.createTempDirectory(prefix)
                : Files.createTempDirectory(directory, prefix));
  }

  /** As {@link Files#createLink}. Waits. */
  default void createLink(Path link, Path existing) throws IOException {
    call(() -> Files.createLink(link, existing));
  }

  /** As {@link Files#createSymbolicLink}. Waits. */
  default void createSymbolicLink(Path link, Path target) throws IOException {
    call(() -> Files.createSymbolicLink(link, target));
  }

  /** As {@link Files#readSymbolicLink}. Waits. */
  default Path readSymbolicLink(Path link) throws IOException {
    return call(() -> Files.readSymbolicLink(link));
  }

  /** As {@link Files#isSymbolicLink}. Waits. */
  default boolean isSymbolicLink(Path path) throws IOException {
    return call(() -> Files.isSymbolicLink(path));
  }

  /** The absolute path of a file that need not exist; of what it stands for, if it is a link. */
  default Path behindLink(Path path) throws IOException {
    return call(
        () -> {
          Path absolute = path.toAbsolutePath();
          return Files.isSymbolicLink(absolute) ? absolute.toRealPath() : absolute;
        });
  }

  /** Copies what has no content, such as a directory; as {@link Files#copy}. Waits. */
  default void copyEmpty(Path source, Path target, CopyOption... options) throws IOException {
    call(() -> Files.copy(source, target, options));
  }

  /** Gives a file the permissions of another one, if that exists and both can have some. Waits. */
  default void copyPermissions(Path from, Path to) throws IOException {
    call(
        () -> {
          PosixFileAttributeView model =
              Files.getFileAttributeView(from, PosixFileAttributeView.class);
          PosixFileAttributeView copy =
              Files.getFileAttributeView(to, PosixFileAttributeView.class);
          if (model != null && copy != null) {
            try {
              copy.setPermissions(model.readAttributes().permissions());
            } catch (NoSuchFileException e) {
              // A new file.
            }
          }
          return to;
        });
  }

  /** Gives a file the time at which another one was changed. Waits. */
  default void copyLastModifiedTime(Path from, Path to) throws IOException {
    call(() -> Files.setLastModifiedTime(to, Files.getLastModifiedTime(from)));
  }

  /**
   * Has a helper thread do whatever there is no operation for. Waits, without an end if the work
   * has none.
   *
   * @return its result
   */
  <T extends @Nullable Object> T call(Work<T> work) throws IOException;
}
