package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.PollEvents;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A standard output that may block and must not be made not to; see {@link SharedInputEnd}. Helper
 * threads write, and if it can be waited for, only as much at a time as a pipe takes that has said
 * it takes something.
 */
final class SharedOutputEnd extends LinuxOutputEnd {
  /** What a writable pipe has room for (PIPE_BUF, pipe(7)). */
  private static final int ATOMIC = 4096;

  private final boolean waits;

  SharedOutputEnd(LinuxEngine engine, int fd, boolean waits, String description) {
    super(engine, fd, description);
    this.waits = waits;
  }

  @Override
  int tryWrite(MemorySegment source, int length) throws IOException {
    // It may have been closed while a helper thread wrote the part before.
    requireOpen();
    if (waits && calls.pollNow(fd, PollEvents.POLLOUT) == 0) {
      return -Errno.EAGAIN;
    }
    takeWriter();
    try {
      byte[] copy = new byte[Math.min(length, waits ? ATOMIC : Chunk.CAPACITY)];
      MemorySegment.copy(source, 0, MemorySegment.ofArray(copy), 0, copy.length);
      return HelperThreads.callUncancellably(this, () -> writeBlocking(copy));
    } finally {
      releaseWriter();
    }
  }

  private int writeBlocking(byte[] source) {
    FileCalls calls = LinuxFiles.BLOCKING.get();
    MemorySegment room = calls.room();
    MemorySegment.copy(MemorySegment.ofArray(source), 0, room, 0, source.length);
    return (int) calls.write(fd, room, source.length);
  }

  @Override
  boolean outlivesClose() {
    return true;
  }

  @Override
  public void close() {
    if (waits) {
      super.close();
    } else {
      markClosed();
    }
  }

  @Override
  void closeDescriptor() {
    // It is the process's.
  }
}
