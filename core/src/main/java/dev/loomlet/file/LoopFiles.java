package dev.loomlet.file;

import dev.loomlet.Generator;
import dev.loomlet.Loop;
import dev.loomlet.engine.FileOperations;
import dev.loomlet.wait.OnLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with files without holding up the loop; {@code java.nio.file.Files} for
 * greenlets, aiofiles, trio's {@code Path}.
 *
 * <p>Every method waits, and may be called in greenlets of any loop and on plain threads. Options
 * and errors are those of {@code java.nio.file.Files} if nothing else is said. An operation that
 * has begun happens, even if its greenlet is cancelled meanwhile; those made of several, such as
 * reading a whole file, throw the cancellation between two of them.
 */
public final class LoopFiles {
  /** Most that fits into an array. */
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private LoopFiles() {}

  /**
   * Opens a file.
   *
   * <p>It belongs to the caller's loop, which closes it at the latest.
   *
   * @param options of {@link StandardOpenOption} and {@link LinkOption}; none for reading
   * @throws java.nio.file.NoSuchFileException if it does not exist and is not to be created
   * @throws java.nio.file.FileAlreadyExistsException if it exists and {@code CREATE_NEW} was given
   * @throws java.nio.file.AccessDeniedException if the permissions do not allow it
   * @throws java.nio.file.FileSystemException for other reasons; among them that it is a FIFO or a
   *     terminal
   * @throws dev.loomlet.engine.DescriptorsExhaustedException if there is no descriptor left
   */
  public static OpenFile open(Path path, OpenOption... options) throws IOException {
    return open(path, Set.of(options));
  }

  /**
   * As {@link #open(Path, OpenOption...)}.
   *
   * @param attributes of the file, should it be created, such as its permissions
   */
  public static OpenFile open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Loop loop = Loop.current();
    boolean appends = options.contains(StandardOpenOption.APPEND);
    return OnLoop.call(
        loop,
        () -> new OpenFile(loop, loop.engine().files().open(path, options, attributes), appends));
  }

  /**
   * Reads a whole file.
   *
   * @throws IOException also if it is larger than an array can be
   */
  public static byte[] readAllBytes(Path path) throws IOException {
    try (OpenFile file = open(path)) {
      long size = file.size();
      if (size > LARGEST_ARRAY) {
        throw new IOException(
            path + " has " + size + " bytes and does not fit into an array; read it in blocks");
      }
      // One more than there should be, to see the end without another array.
      byte[] bytes = new byte[(int) Math.min(size + 1, LARGEST_ARRAY)];
      int length = file.readFully(bytes, 0);
      while (length == bytes.length) {
        // It grew, or is one of those that do not know their size, as in /proc.
        if (length == LARGEST_ARRAY) {
          throw new IOException(path + " does not fit into an array; read it in blocks");
        }
        byte[] more = new byte[Math.clamp(2L * length, 8192, LARGEST_ARRAY) - length];
        int n = file.readFully(more, length);
        bytes = Arrays.copyOf(bytes, length + more.length);
        System.arraycopy(more, 0, bytes, length, n);
        length += n;
      }
      return Arrays.copyOf(bytes, length);
    }
  }

  /**
   * Reads a whole file as text in UTF-8.
   *
   * @throws CharacterCodingException if it is not
   */
  public static String readString(Path path) throws IOException {
    return readString(path, StandardCharsets.UTF_8);
  }

  /**
   * Reads a whole file as text.
   *
   * @throws CharacterCodingException if its bytes are not text in that character set
   */
  public static String readString(Path path, Charset charset) throws IOException {
    return charset.newDecoder().decode(ByteBuffer.wrap(readAllBytes(path))).toString();
  }

  /**
   * The lines of a text file in UTF-8, read as they are asked for.
   *
   * {@snippet :
   * try (var lines = LoopFiles.lines(path)) {
   *   for (String line : lines) {
   *     System.out.println(line);
   *   }
   * }
   * }
   *
   * @return to be closed, unless it is taken to its end; a step throws {@code IOException}, as it
   *     is, if the file cannot be opened or read
   */
  public static Generator<String> lines(Path path) {
    return lines(path, StandardCharsets.UTF_8);
  }

  /** As {@link #lines(Path)}, in another character set. */
  public static Generator<String> lines(Path path, Charset charset) {
    return Generator.of(
        out -> {
          try (OpenFile file = open(path);
              BufferedReader reader =
                  new BufferedReader(
                      new InputStreamReader(file.inputStream(), charset.newDecoder()))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
              out.yield(line);
            }
          }
        });
  }

  /**
   * Writes a whole file. If that fails or is cancelled, a part may be there: {@link #replace} is
   * for files that must be whole.
   *
   * @param options as for {@link Files#write}: none to create the file, or to cut it off if it
   *     exists
   */
  public static void write(Path path, byte[] content, OpenOption... options) throws IOException {
    try (OpenFile file = open(path, writing(options))) {
      file.write(content);
    }
  }

  private static Set<OpenOption> writing(OpenOption... options) {
    if (options.length == 0) {
      return Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);
    }
    List<OpenOption> all = new ArrayList<>(List.of(options));
    if (!all.contains(StandardOpenOption.APPEND) && !all.contains(StandardOpenOption.WRITE)) {
      all.add(StandardOpenOption.WRITE);
    }
    return Set.copyOf(all);
  }

  /** As {@link #write(Path, byte[], OpenOption...)}, text in UTF-8. */
  public static void writeString(Path path, CharSequence text, OpenOption... options)
      throws IOException {
    write(path, text.toString().getBytes(StandardCharsets.UTF_8), options);
  }

  /**
   * Gives a file a new content, so that whoever looks, also after a crash or a failure at any
   * point, finds all of the old or all of the new: writes a temporary file beside it, waits until
   * that is on the device, renames it, waits until the name is. A symbolic link is followed. The
   * file keeps its permissions, not its owner.
   *
   * <p>Cancelled, or failed with an {@code IOException}, it has changed nothing and left nothing
   * behind; only after an error in the last step, when the file is there but perhaps not its name
   * after a crash, it is the new one.
   */
  public static void replace(Path path, byte[] content) throws IOException {
    replace(path, file -> file.write(content));
  }

  /** As {@link #replace(Path, byte[])}, text in UTF-8. */
  public static void replaceString(Path path, CharSequence text) throws IOException {
    replace(path, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * As {@link #replace(Path, byte[])}, with what some code writes.
   *
   * @param writer is called once, with the temporary file, which is closed afterwards
   */
  public static void replace(Path path, FileWriter writer) throws IOException {
    OnLoop.call(
        Loop.current(),
        () -> {
          new Replacement(path).write(writer);
          return null;
        });
  }

  /**
   * Copies a file; as {@link Files#copy}, but a file that is replaced is so at once, when the copy
   * is whole. The kernel copies by itself where it can (copy_file_range(2)), which some file
   * systems do without touching the data. A directory is copied without what is in it.
   *
   * <p>If it is cancelled, between two blocks, or fails, no target is left behind.
   *
   * @param options of {@code REPLACE_EXISTING}, {@code COPY_ATTRIBUTES}, {@code NOFOLLOW_LINKS}
   * @throws java.nio.file.FileAlreadyExistsException if the target exists and {@code
   *     REPLACE_EXISTING} was not given
   */
  public static void copy(Path source, Path target, CopyOption... options) throws IOException {
    copy(source, target, (_, _) -> {}, options);
  }

  /**
   * As {@link #copy(Path, Path, CopyOption...)}.
   *
   * @param progress is told after each block
   */
  public static void copy(Path source, Path target, Progress progress, CopyOption... options)
      throws IOException {
    FileCopy copy = new FileCopy(source, target, progress, options);
    OnLoop.call(
        Loop.current(),
        () -> {
          copy.run();
          return null;
        });
  }

  /** Whether something is there. False also if that cannot be found out. */
  public static boolean exists(Path path, LinkOption... options) throws IOException {
    return call(files -> files.exists(path, options));
  }

  /** What kind of file it is, how large, when it was changed. */
  public static BasicFileAttributes attributes(Path path, LinkOption... options)
      throws IOException {
    return attributes(path, BasicFileAttributes.class, options);
  }

  /**
   * As {@link #attributes(Path, LinkOption...)}.
   *
   * @param type what is wanted, such as {@code PosixFileAttributes} for owner and permissions
   * @throws UnsupportedOperationException if the file system has no such attributes
   */
  public static <A extends BasicFileAttributes> A attributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return call(files -> files.attributes(path, type, options));
  }

  /** Its size in bytes. */
  public static long size(Path path) throws IOException {
    return attributes(path).size();
  }

  /**
   * What is in a directory, in no order, without those in its directories.
   *
   * @throws java.nio.file.NotDirectoryException if it is something else
   */
  public static List<Path> list(Path directory) throws IOException {
    return call(files -> files.list(directory));
  }

  /**
   * A directory and everything below it, each directory before what is in it, those in one
   * directory by name. Symbolic links are given, and not followed. Directories are read as they are
   * come to.
   *
   * @return a step throws {@code IOException}, as it is, if a directory cannot be read
   */
  public static Generator<Path> walk(Path root) throws IOException {
    attributes(root, LinkOption.NOFOLLOW_LINKS);
    return Generator.of(
        out -> {
          List<Path> left = new ArrayList<>(List.of(root));
          while (!left.isEmpty()) {
            Path next = left.removeLast();
            out.yield(next);
            if (attributes(next, LinkOption.NOFOLLOW_LINKS).isDirectory()) {
              left.addAll(list(next).stream().sorted().toList().reversed());
            }
          }
        });
  }

  /**
   * Renames or moves a file; as {@link Files#move}.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the target exists and {@code
   *     REPLACE_EXISTING} was not given
   */
  public static void move(Path source, Path target, CopyOption... options) throws IOException {
    run(files -> files.move(source, target, options));
  }

  /**
   * Deletes a file, or a directory that is empty.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   * @throws java.nio.file.DirectoryNotEmptyException if it is a directory with something in it
   */
  public static void delete(Path path) throws IOException {
    run(files -> files.delete(path));
  }

  /**
   * As {@link #delete}, if it exists.
   *
   * @return whether it did
   */
  public static boolean deleteIfExists(Path path) throws IOException {
    return call(files -> files.deleteIfExists(path));
  }

  /** Makes a directory in one that exists. */
  public static void createDirectory(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    run(files -> files.createDirectory(directory, attributes));
  }

  /** Makes a directory, and those above it, unless they exist. */
  public static void createDirectories(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    run(files -> files.createDirectories(directory, attributes));
  }

  /**
   * Makes an empty file with a new name, for the owner only.
   *
   * @param directory where; null for the system's one for such files
   * @param prefix of the name; may be null
   * @param suffix of the name; null for {@code .tmp}
   */
  public static Path createTempFile(
      @Nullable Path directory, @Nullable String prefix, @Nullable String suffix)
      throws IOException {
    return call(files -> files.createTempFile(directory, prefix, suffix));
  }

  /** As {@link #createTempFile}, a directory. */
  public static Path createTempDirectory(@Nullable Path directory, @Nullable String prefix)
      throws IOException {
    return call(files -> files.createTempDirectory(directory, prefix));
  }

  /** Gives an existing file another name. */
  public static void createLink(Path link, Path existing) throws IOException {
    run(files -> files.createLink(link, existing));
  }

  /** Makes a symbolic link. */
  public static void createSymbolicLink(Path link, Path target) throws IOException {
    run(files -> files.createSymbolicLink(link, target));
  }

  /** Where a symbolic link leads. */
  public static Path readSymbolicLink(Path link) throws IOException {
    return call(files -> files.readSymbolicLink(link));
  }

  /**
   * Waits until the names in a directory are on the device: a file that was made, renamed or
   * deleted can otherwise be back after a crash (fsync(2)).
   */
  public static void syncDirectory(Path directory) throws IOException {
    try (OpenFile file = open(directory)) {
      file.sync();
    }
  }

  /** What is done with an engine's files. */
  interface Call<T extends @Nullable Object> {
    T with(FileOperations files) throws IOException;
  }

  /** The same, without a result. */
  interface Run {
    void with(FileOperations files) throws IOException;
  }

  static <T extends @Nullable Object> T call(Call<T> call) throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> call.with(loop.engine().files()));
  }

  static void run(Run run) throws IOException {
    call(
        files -> {
          run.with(files);
          return null;
        });
  }
}
