package dev.loomlet.file;

import dev.loomlet.CancelScope;
import dev.loomlet.Loop;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

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
    this.target = LoopFiles.call(files -> files.behindLink(path));
    Path parent = target.getParent();
    if (parent == null) {
      throw new FileSystemException(path.toString(), null, "is a root and cannot be replaced");
    }
    this.directory = parent;
    String name =
        "."
            + target.getFileName()
            + "."
            + Long.toUnsignedString(Loop.current().engine().random().nextLong(), 36)
            + ".tmp";
    this.temporary = directory.resolve(name);
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
          LoopFiles.run(files -> files.copyPermissions(target, temporary));
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
