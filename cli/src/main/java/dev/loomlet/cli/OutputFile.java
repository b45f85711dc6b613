package dev.loomlet.cli;

import dev.loomlet.cli.exit.CommandFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that a command is to write. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Makes sure that it can be written, before the work is done rather than after it.
   *
   * @param option which names it, for the message
   * @param file null if none is wanted
   * @throws CommandFailure if it cannot
   */
  static void require(String option, @Nullable Path file) {
    if (file == null) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw CommandFailure.usage(file + " is a directory; name a file with " + option);
    }
    Path folder = file.toAbsolutePath().getParent();
    boolean folderIsFile = folder != null && Files.exists(folder) && !Files.isDirectory(folder);
    if (folderIsFile || (Files.exists(file) && !Files.isWritable(file))) {
      throw CommandFailure.usage(file + " cannot be written; name another file with " + option);
    }
  }
}
