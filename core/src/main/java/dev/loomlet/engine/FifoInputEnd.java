package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.PollEvents;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A FIFO for reading. As long as nobody has opened it for writing, read(2) of a non-blocking one
 * says that this is the end; poll(2) says nothing then, and only after that a hang-up.
 */
final class FifoInputEnd extends LinuxInputEnd {
  private boolean hadWriter;

  FifoInputEnd(LinuxEngine engine, int fd, String description) {
    super(engine, fd, READABLE, description);
  }

  @Override
  int tryRead(MemorySegment room, int length) throws IOException {
    if (!hadWriter && calls.pollNow(fd, PollEvents.POLLIN) == 0) {
      return -Errno.EAGAIN;
    }
    hadWriter = true;
    return super.tryRead(room, length);
  }
}
