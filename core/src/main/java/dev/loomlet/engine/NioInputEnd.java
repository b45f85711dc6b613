package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/** The reading end of the JDK's pipe, on the selector. */
final class NioInputEnd extends NioDescriptor implements InputEnd {
  private final Pipe.SourceChannel channel;

  NioInputEnd(NioEngine engine, Pipe.SourceChannel channel) throws IOException {
    super(engine, channel, 0, SelectionKey.OP_READ);
    this.channel = channel;
  }

  @Override
  String describe() {
    return "a pipe";
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    beginRead();
    return read(target.asSlice(offset, Math.min(length, BLOCK)).asByteBuffer(), timeoutNanos);
  }

  private int read(ByteBuffer room, long timeoutNanos) throws IOException {
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        int n = channel.read(room);
        if (n != 0) {
          return n;
        }
        state &= ~READABLE;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  @Override
  public @Nullable Chunk receive(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        Chunk chunk = engine.chunks.take();
        int n = 0;
        try {
          n = channel.read(chunk.rawBuffer());
        } finally {
          if (n <= 0) {
            chunk.close();
          }
        }
        if (n > 0) {
          chunk.rawBuffer().flip();
          return chunk;
        }
        if (n < 0) {
          return null;
        }
        state &= ~READABLE;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }
}
