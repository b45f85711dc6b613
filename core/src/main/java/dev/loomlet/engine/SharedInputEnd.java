package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.PollEvents;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A standard input that may block and must not be made not to: that is a property of the open file,
 * which the shell and other processes share. It is read only when the kernel says that there is
 * something, and by a helper thread, because another process may be faster.
 *
 * <p>A file is always ready, and read on from where whoever shares it has come to.
 */
final class SharedInputEnd extends LinuxInputEnd {
  private final boolean waits;

  /**
   * Creates it.
   *
   * @param waits whether the kernel can say when there is something
   */
  SharedInputEnd(LinuxEngine engine, int fd, boolean waits, String description) {
    super(engine, fd, waits ? 0 : READABLE, description);
    this.waits = waits;
  }

  @Override
  int tryRead(MemorySegment room, int length) throws IOException {
    if (waits && calls.pollNow(fd, PollEvents.POLLIN) == 0) {
      return -Errno.EAGAIN;
    }
    takeReader();
    try {
      byte[] copy = new byte[Math.min(length, Chunk.CAPACITY)];
      int n = HelperThreads.callUncancellably(this, () -> readBlocking(copy));
      if (n > 0) {
        MemorySegment.copy(MemorySegment.ofArray(copy), 0, room, 0, n);
      }
      return n;
    } finally {
      releaseReader();
    }
  }

  private int readBlocking(byte[] target) {
    FileCalls calls = LinuxFiles.BLOCKING.get();
    MemorySegment room = calls.room();
    int n = (int) calls.read(fd, room, target.length);
    if (n > 0) {
      MemorySegment.copy(room, 0, MemorySegment.ofArray(target), 0, n);
    }
    return n;
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
