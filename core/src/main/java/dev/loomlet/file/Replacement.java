package dev.loomlet.file;

import dev.loomlet.CancelScope;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way into the place of another one: written beside it, on the device, renamed, and
 * the new name on the device. Whatever goes wrong before the name is changed, the temporary file is
 * deleted, also in a greenlet that is cancelled.
 */
final class Replacement {
  private final Path target;
  private final Path directory;
  private final Path temporary;

  /**
   * Begins.
   *
   * @param path what is to be replaced; may not exist
   */
  Replacement(Path path) throws IOException {
    this.target = LoopFiles.call(files -> files.call(() -> resolved(path)));
    Path parent = target.getParent();
    if (parent == null) {
      throw new FileSystemException(path.toString(), null, "is a root and cannot be replaced");
    }
    this.directory = parent;
    String name =
        "."
            + target.getFileName()
            + "."
            + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36)
            + ".tmp";
    this.temporary = directory.resolve(name);
  }

  /** What a symbolic link stands for, which would be replaced itself otherwise. */
  private static Path resolved(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    return Files.isSymbolicLink(absolute) ? absolute.toRealPath() : absolute;
  }

  /** Where the new content is written. */
  Path temporary() {
    return temporary;
  }

  /** Has the content written, and puts it in place. */
  void write(FileWriter writer) throws IOException {
    run(
        () -> {
          try (OpenFile file =
              LoopFiles.open(
                  temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            writer.write(file);
            file.sync();
          }
          copyPermissions(target, temporary);
        });
  }

  /** What makes the temporary file. */
  interface Maker {
    void run() throws IOException;
  }

  /** Has the temporary file made by some code, and puts it in place. */
  void run(Maker maker) throws IOException {
    try {
      maker.run();
      LoopFiles.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (Throwable e) {
      try {
        uncancellably(() -> LoopFiles.deleteIfExists(temporary));
      } catch (IOException inVain) {
        e.addSuppressed(inVain);
      }
      throw e;
    }
    uncancellably(() -> LoopFiles.syncDirectory(directory));
  }

  /** Gives a file the permissions of another one, if that exists and both can have some. */
  static void copyPermissions(Path from, Path to) throws IOException {
    LoopFiles.call(
        files ->
            files.call(
                () -> {
                  PosixFileAttributeView model = permissionsOf(from);
                  PosixFileAttributeView copy = permissionsOf(to);
                  if (model != null && copy != null) {
                    try {
                      copy.setPermissions(model.readAttributes().permissions());
                    } catch (NoSuchFileException e) {
                      // A new file.
                    }
                  }
                  return to;
                }));
  }

  private static @Nullable PosixFileAttributeView permissionsOf(Path path) {
    return Files.getFileAttributeView(path, PosixFileAttributeView.class);
  }

  static void uncancellably(Maker code) throws IOException {
    try {
      new CancelScope().withShield(true).run(code::run);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("there is no other checked exception", e);
    }
  }
}
