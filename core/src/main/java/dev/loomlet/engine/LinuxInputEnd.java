package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The reading end of a pipe, or a terminal, by tries and waits. */
class LinuxInputEnd extends LinuxDescriptor implements InputEnd {
  private final String description;

  LinuxInputEnd(LinuxEngine engine, int fd, int state, String description) {
    super(engine, fd, state);
    this.description = description;
  }

  @Override
  String describe() {
    return description;
  }

  /**
   * Reads without waiting for the other side.
   *
   * @return how many bytes, 0 at the end, or a negative error
   */
  int tryRead(MemorySegment room, int length) throws IOException {
    return engine.linuxPipes().calls().read(fd, room, length);
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    beginRead();
    MemorySegment room = offset == 0 ? target : target.asSlice(offset);
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        int n = tryRead(room, length);
        if (isOver(n)) {
          return n == 0 ? -1 : n;
        }
        continue;
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
          n = tryRead(chunk.segment(), Chunk.CAPACITY);
        } finally {
          if (n <= 0) {
            chunk.close();
          }
        }
        if (n > 0) {
          chunk.rawBuffer().limit(n);
          return chunk;
        }
        if (isOver(n)) {
          return null;
        }
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  /**
   * Draws the conclusion from what read(2) returned. A short read proves nothing here: a pipe keeps
   * what was written in pieces, and a terminal gives a line at a time.
   */
  private boolean isOver(int n) throws IOException {
    if (n >= 0) {
      return true;
    }
    if (n == -Errno.EAGAIN) {
      state &= ~READABLE;
    } else if (n != -Errno.EINTR) {
      throw new IOException("read from " + describe() + ": " + Errno.text(-n));
    }
    return false;
  }
}
