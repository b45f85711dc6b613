package dev.loomlet.file;

import dev.loomlet.Loop;
import dev.loomlet.engine.PipeEnds;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;

/**
 * Bytes from one greenlet to another, or to another process, through the kernel, which holds some
 * 64 KiB of them (pipe(7)); {@code os.pipe}. Between greenlets, a channel of {@code
 * dev.loomlet.queue} is faster.
 */
public final class Pipe implements AutoCloseable {
  private final PipeReader reader;
  private final PipeWriter writer;

  private Pipe(PipeReader reader, PipeWriter writer) {
    this.reader = reader;
    this.writer = writer;
  }

  /**
   * Makes a pipe, of the caller's loop. Does not wait.
   *
   * @throws dev.loomlet.engine.DescriptorsExhaustedException if there is no descriptor left
   */
  public static Pipe open() throws IOException {
    Loop loop = Loop.current();
    PipeEnds ends = OnLoop.call(loop, () -> loop.engine().pipes().open());
    return new Pipe(new PipeReader(loop, ends.input()), new PipeWriter(loop, ends.output()));
  }

  /** Where to read what was written. */
  public PipeReader reader() {
    return reader;
  }

  /** Where to write; to be closed for the reader to see the end. */
  public PipeWriter writer() {
    return writer;
  }

  /** Closes both ends. Any thread; does not wait. Does nothing when repeated. */
  @Override
  public void close() {
    reader.close();
    writer.close();
  }
}
