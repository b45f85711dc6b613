package dev.loomlet.file;

import dev.loomlet.Loop;
import dev.loomlet.engine.OutputEnd;
import dev.loomlet.io.ByteSink;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import dev.loomlet.wait.Watched;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The writing end of a pipe, and of what is like one: a FIFO, the standard output, what a child
 * process is told. A write throws {@code IOException} when everybody who could read has closed his
 * end.
 */
public final class PipeWriter implements ByteSink {
  static {
    Watched.provide(PipeWriter.class, writer -> new Watched.Behind(writer.loop, writer.end));
  }

  private final Loop loop;
  private final OutputEnd end;
  private long timeoutNanos;

  PipeWriter(Loop loop, OutputEnd end) {
    this.loop = loop;
    this.end = end;
  }

  /**
   * Writes to something that blocks whoever writes to it, by a thread that waits in the place of
   * the caller's loop. Does not wait.
   *
   * @param stream closed with this; best one whose writes end then
   * @param description for messages
   */
  public static PipeWriter of(OutputStream stream, String description) throws IOException {
    Loop loop = Loop.current();
    return new PipeWriter(
        loop, OnLoop.call(loop, () -> loop.engine().pipes().wrap(stream, description)));
  }

  /** What carries out the operations, on the loop. */
  public OutputEnd end() {
    return end;
  }

  @Override
  public void write(MemorySegment source) throws IOException {
    int length = Math.toIntExact(source.byteSize());
    if (loop.isCurrent()) {
      end.write(source, 0, length, timeoutNanos);
      return;
    }
    OnLoop.call(
        loop,
        () -> {
          end.write(source, 0, length, timeoutNanos);
          return null;
        });
  }

  @Override
  public void setWriteTimeout(@Nullable Duration timeout) {
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
    return "PipeWriter[" + (isOpen() ? "open" : "closed") + "]";
  }
}
