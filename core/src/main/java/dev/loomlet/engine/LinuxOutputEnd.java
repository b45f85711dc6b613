package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** The writing end of a pipe, or a terminal, by tries and waits. */
class LinuxOutputEnd extends LinuxDescriptor implements OutputEnd {
  private final String description;

  LinuxOutputEnd(LinuxEngine engine, int fd, String description) {
    super(engine, fd, WRITABLE);
    this.description = description;
  }

  @Override
  String describe() {
    return description;
  }

  /**
   * Writes without waiting for the other side.
   *
   * @return how many bytes, or a negative error
   */
  int tryWrite(MemorySegment source, int length) throws IOException {
    return engine.linuxPipes().calls().write(fd, source, length);
  }

  @Override
  public void write(MemorySegment source, long offset, int length, long timeoutNanos)
      throws IOException {
    beginWrite();
    long deadline = 0;
    int written = 0;
    while (written < length) {
      if ((state & WRITABLE) != 0) {
        written += taken(tryWrite(source.asSlice(offset + written), length - written));
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitWritable(deadline, timeoutNanos, "write");
    }
  }

  private int taken(int n) throws IOException {
    if (n >= 0) {
      return n;
    }
    switch (-n) {
      case Errno.EAGAIN -> state &= ~WRITABLE;
      case Errno.EINTR -> {}
      case Errno.EPIPE ->
          throw new IOException("write to " + describe() + ": nobody can read it any more");
      default -> throw new IOException("write to " + describe() + ": " + Errno.text(-n));
    }
    return 0;
  }
}
