package dev.loomlet.file;

import dev.loomlet.Loop;
import dev.loomlet.engine.PipeOperations;
import dev.loomlet.engine.PipeOperations.Standard;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The standard input, output and error of the process, be they terminals, pipes or files: to wait
 * for them makes the greenlet wait, and its loop goes on.
 *
 * <p>They share nothing with {@code System.in} and {@code System.out}: what those have in their
 * buffers is not seen here, so use one or the other. Nor is anything changed for other processes: a
 * terminal stays as it was, for O_NONBLOCK is not set on what is shared. On Linux, pipes and
 * terminals are opened once more; what does not allow that, and files, helper threads read. On the
 * engine {@code nio}, a thread of its own reads the standard input, a block ahead once somebody has
 * waited for it.
 *
 * <p>Each loop has its own. Closing one gives up its descriptor, and leaves the process's open.
 */
public final class StandardStreams {
  private StandardStreams() {}

  /** How large a terminal is, in characters. */
  public record TerminalSize(int columns, int rows) {}

  /** The standard input of the caller's loop. */
  public static PipeReader in() throws IOException {
    Loop loop = Loop.current();
    return new PipeReader(loop, OnLoop.call(loop, () -> loop.engine().pipes().standardInput()));
  }

  /** The standard output of the caller's loop; unbuffered. */
  public static PipeWriter out() throws IOException {
    return output(Standard.OUTPUT);
  }

  /** The standard error of the caller's loop; unbuffered. */
  public static PipeWriter err() throws IOException {
    return output(Standard.ERROR);
  }

  private static PipeWriter output(Standard which) throws IOException {
    Loop loop = Loop.current();
    return new PipeWriter(
        loop, OnLoop.call(loop, () -> loop.engine().pipes().standardOutput(which)));
  }

  /** Whether one of the standard streams is a terminal. Does not wait. */
  public static boolean isTerminal(Standard which) throws IOException {
    return call(pipes -> pipes.isTerminal(which));
  }

  /**
   * How large the terminal is that standard output is. Does not wait.
   *
   * @return null if it is none, or the engine {@code nio} is used, which cannot say
   */
  public static @Nullable TerminalSize terminalSize() throws IOException {
    int size = call(pipes -> pipes.terminalSize(Standard.OUTPUT));
    return size <= 0 ? null : new TerminalSize(size >>> 16, size & 0xffff);
  }

  private interface Question<T> {
    T about(PipeOperations pipes) throws IOException;
  }

  private static <T> T call(Question<T> question) throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> question.about(loop.engine().pipes()));
  }
}
