package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.Locale;

/** The writing end of the JDK's pipe, on the selector. */
final class NioOutputEnd extends NioDescriptor implements OutputEnd {
  private final Pipe.SinkChannel channel;

  NioOutputEnd(NioEngine engine, Pipe.SinkChannel channel) throws IOException {
    super(engine, channel, WRITABLE, SelectionKey.OP_READ);
    this.channel = channel;
  }

  @Override
  String describe() {
    return "a pipe";
  }

  @Override
  public void write(MemorySegment source, long offset, int length, long timeoutNanos)
      throws IOException {
    beginWrite();
    ByteBuffer rest = source.asSlice(offset, length).asByteBuffer();
    long deadline = 0;
    while (rest.hasRemaining()) {
      if ((state & WRITABLE) != 0) {
        if (writeNow(rest) == 0) {
          state &= ~WRITABLE;
        }
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitWritable(deadline, timeoutNanos, "write");
    }
  }

  private int writeNow(ByteBuffer rest) throws IOException {
    try {
      int n = channel.write(rest.slice(rest.position(), Math.min(rest.remaining(), BLOCK)));
      rest.position(rest.position() + n);
      return n;
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("broken pipe")) {
        throw new IOException("write to a pipe: nobody can read it any more", e);
      }
      throw e;
    }
  }
}
