package dev.loomlet.file;

import dev.loomlet.Loop;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.InputEnd;
import dev.loomlet.io.ByteSource;
import dev.loomlet.wait.Memory;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import dev.loomlet.wait.Watched;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reading end of a pipe, and of what is like one: a FIFO, the standard input, what a child
 * process says. It ends when everybody who could write has closed his end.
 */
public final class PipeReader implements ByteSource {
  static {
    Watched.provide(PipeReader.class, reader -> new Watched.Behind(reader.loop, reader.end));
  }

  private final Loop loop;
  private final InputEnd end;
  private long timeoutNanos;

  PipeReader(Loop loop, InputEnd end) {
    this.loop = loop;
    this.end = end;
  }

  /**
   * Reads something that blocks whoever reads it, by a thread that waits in the place of the
   * caller's loop. Does not wait.
   *
   * @param stream closed with this; best one whose reads end then
   * @param description for messages
   */
  public static PipeReader of(InputStream stream, String description) throws IOException {
    Loop loop = Loop.current();
    return new PipeReader(
        loop, OnLoop.call(loop, () -> loop.engine().pipes().wrap(stream, description)));
  }

  /** What carries out the operations, on the loop. */
  public InputEnd end() {
    return end;
  }

  @Override
  public int read(MemorySegment target) throws IOException {
    Memory.requireWritable(target);
    int length = (int) Math.min(target.byteSize(), Integer.MAX_VALUE);
    if (length == 0) {
      return 0;
    }
    return loop.isCurrent()
        ? end.read(target, 0, length, timeoutNanos)
        : OnLoop.call(loop, () -> end.read(target, 0, length, timeoutNanos));
  }

  @Override
  public @Nullable Chunk receive() throws IOException {
    if (!loop.isCurrent()) {
      throw new IllegalStateException(
          "receive lends a buffer of " + loop + " and works in its greenlets only; use read");
    }
    return end.receive(timeoutNanos);
  }

  @Override
  public void setReadTimeout(@Nullable Duration timeout) {
    timeoutNanos = timeout == null ? 0 : Timeouts.toNanos(timeout);
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public boolean isOpen() {
    return end.isOpen();
  }

  @Override
  public void close() {
    OnLoop.close(loop, end::close);
  }

  @Override
  public String toString() {
    return "PipeReader[" + (isOpen() ? "open" : "closed") + "]";
  }
}
