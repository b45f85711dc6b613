package dev.loomlet.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What an engine does with pipes and what is like them. For greenlets of its loop. */
public interface PipeOperations {

  /** A standard stream of the process. */
  enum Standard {
    /** Standard input. */
    INPUT(0),
    /** Standard output. */
    OUTPUT(1),
    /** Standard error. */
    ERROR(2);

    private final int number;

    Standard(int number) {
      this.number = number;
    }

    /** Number of its descriptor. */
    public int number() {
      return number;
    }
  }

  /**
   * Makes a pipe (pipe(2)). Does not wait.
   *
   * @throws DescriptorsExhaustedException if there is no descriptor left
   */
  PipeEnds open() throws IOException;

  /**
   * Opens a FIFO for reading (fifo(7)). Does not wait for somebody who writes: the first read does.
   *
   * @throws java.nio.file.FileSystemException if it cannot be opened or is no FIFO
   */
  InputEnd openReader(Path fifo) throws IOException;

  /**
   * Opens a FIFO for writing.
   *
   * @return null if nobody has opened it for reading yet
   * @throws java.nio.file.FileSystemException if it cannot be opened or is no FIFO
   */
  @Nullable OutputEnd openWriter(Path fifo) throws IOException;

  /** The standard input. Closing it here does not close that of the process. */
  InputEnd standardInput() throws IOException;

  /**
   * The standard output or error. Closing it here does not close that of the process.
   *
   * @param which of both
   */
  OutputEnd standardOutput(Standard which) throws IOException;

  /** Whether a standard stream is a terminal. */
  boolean isTerminal(Standard which) throws IOException;

  /**
   * How large the terminal of a standard stream is.
   *
   * @return the columns in the upper, the rows in the lower 16 bits; negative if it is none, or
   *     that cannot be found out
   */
  int terminalSize(Standard which) throws IOException;

  /**
   * Makes a FIFO (mkfifo(3)). Waits.
   *
   * @param permissions as in chmod(1), before the umask
   * @throws java.nio.file.FileAlreadyExistsException if there is something
   */
  void createFifo(Path path, int permissions) throws IOException;

  /** Something that blocks whoever reads it: done by threads, of which it may take one. */
  InputEnd wrap(InputStream stream, String description);

  /** Something that blocks whoever writes to it: done by threads, of which it may take one. */
  OutputEnd wrap(OutputStream stream, String description);

  /**
   * The path by which a child process can open the other side of a pipe's end, which must stay open
   * until then.
   *
   * @return null if there is none
   */
  default @Nullable Path pathOf(InputEnd end) {
    return null;
  }

  /** As {@link #pathOf(InputEnd)}. */
  default @Nullable Path pathOf(OutputEnd end) {
    return null;
  }
}
