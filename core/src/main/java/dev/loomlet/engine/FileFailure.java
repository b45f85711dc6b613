package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

/** Turns error numbers into the exceptions of {@code java.nio.file}. */
final class FileFailure {
  private FileFailure() {}

  static IOException of(Path path, int errno) {
    String file = path.toString();
    return switch (errno) {
      case Errno.ENOENT -> new NoSuchFileException(file);
      case Errno.EEXIST -> new FileAlreadyExistsException(file);
      case Errno.EACCES, Errno.EPERM -> new AccessDeniedException(file);
      case Errno.ENOTEMPTY -> new DirectoryNotEmptyException(file);
      case Errno.ENOTDIR -> new NotDirectoryException(file);
      case Errno.EMFILE, Errno.ENFILE -> new DescriptorsExhaustedException("cannot open " + file);
      case Errno.ENOSPC, Errno.EDQUOT -> full(path, Errno.text(errno));
      // A handle never works with a descriptor that is closed.
      case Errno.EBADF -> notOpenedForThat(path);
      default -> new FileSystemException(file, null, Errno.text(errno));
    };
  }

  private static FileSystemException full(Path path, String reason) {
    return new FileSystemException(
        path.toString(),
        null,
        reason + "; what was written before is there, free some space before writing the rest");
  }

  /** What is thrown for an operation of which the options at the opening said nothing. */
  static FileSystemException notOpenedForThat(Path path) {
    return new FileSystemException(
        path.toString(),
        null,
        "was not opened for that: to read needs the option READ, to write WRITE or APPEND");
  }

  /** What is thrown instead of what the JDK's channels do if they were opened for another use. */
  static IOException notOpenedForThat(Path path, IllegalStateException e) {
    IOException clear = notOpenedForThat(path);
    clear.initCause(e);
    return clear;
  }

  /** What is thrown for a file without positions. */
  static FileSystemException unseekable(Path path) {
    return new FileSystemException(
        path.toString(),
        null,
        "is a FIFO, a socket or a terminal and has no positions; open a FIFO with"
            + " Fifo.openReader or Fifo.openWriter, a terminal with StandardStreams");
  }

  /** Says more about what the JDK's channels throw. */
  static IOException clearer(Path path, IOException e) {
    if (NioFailure.isExhausted(e)) {
      return new DescriptorsExhaustedException("cannot open " + path);
    }
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (text.contains("no space left") || text.contains("quota exceeded")) {
      IOException clear = full(path, Errno.text(Errno.ENOSPC));
      clear.initCause(e);
      return clear;
    }
    if (e.getClass() == IOException.class) {
      IOException clear = new FileSystemException(path.toString(), null, text);
      clear.initCause(e);
      return clear;
    }
    return e;
  }

  static IOException closed(Path path) {
    return new IOException("the file " + path + " is closed");
  }
}
