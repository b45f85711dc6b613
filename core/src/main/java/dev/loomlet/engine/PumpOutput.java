package dev.loomlet.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A stream that blocks whoever writes to it: a thread of its own writes a block at a time. */
final class PumpOutput extends Readiness implements OutputEnd {
  private static final int BLOCK = 64 * 1024;

  private final OutputStream stream;
  private final String description;
  private @Nullable IOException failure;

  PumpOutput(EngineContext context, Progress progress, OutputStream stream, String description) {
    super(context, progress, WRITABLE);
    this.stream = stream;
    this.description = description;
  }

  @Override
  String describe() {
    return description;
  }

  @Override
  void askKernel() {
    // Nothing can be read here.
  }

  @Override
  public void write(MemorySegment source, long offset, int length, long timeoutNanos)
      throws IOException {
    beginWrite();
    long deadline = deadline(timeoutNanos);
    int written = 0;
    while (true) {
      while ((state & WRITABLE) == 0) {
        awaitWritable(deadline, timeoutNanos, "write");
      }
      IOException problem = failure;
      if (problem != null) {
        throw new IOException("write to " + description + ": " + problem.getMessage(), problem);
      }
      if (written == length) {
        return;
      }
      byte[] block = new byte[Math.min(length - written, BLOCK)];
      MemorySegment.copy(source, offset + written, MemorySegment.ofArray(block), 0, block.length);
      written += block.length;
      state &= ~WRITABLE;
      start(() -> empty(block));
    }
  }

  /** Waits until the stream is open, which flushing makes it. */
  void open() throws IOException {
    beginWrite();
    state &= ~WRITABLE;
    start(() -> empty(new byte[0]));
    while ((state & WRITABLE) == 0) {
      awaitWritable(deadline(0), 0, "open");
    }
    IOException problem = failure;
    if (problem != null) {
      throw problem;
    }
  }

  private void start(Runnable task) {
    Thread.ofPlatform()
        .daemon()
        .inheritInheritableThreadLocals(false)
        .name("loomlet-writes " + description)
        .start(task);
  }

  private void empty(byte[] block) {
    IOException error;
    try {
      stream.write(block);
      stream.flush();
      error = null;
    } catch (IOException e) {
      error = e;
    }
    IOException problem = error;
    context.submit(
        () -> {
          failure = problem;
          ready(WRITABLE);
        });
  }

  @Override
  public void close() {
    if (markClosed()) {
      start(this::closeStream);
    }
  }

  private void closeStream() {
    try {
      stream.close();
    } catch (IOException e) {
      // What was written has been reported on.
    }
  }
}
