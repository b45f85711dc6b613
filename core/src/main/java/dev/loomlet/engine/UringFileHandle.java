package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.RingOpcode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A file that the kernel reads and writes for us. What is in the page cache is read at once, or
 * together with what others read in this turn, which costs less than to wait for the disk.
 *
 * <p>For all else the kernel works in memory of the operation's own, never in the caller's: that
 * may be freed by whoever it belongs to, and an operation on a file cannot be called back.
 */
final class UringFileHandle extends LinuxFileHandle {
  private static final int MOST_AT_ONCE = 256 * 1024;
  private static final int FSYNC_DATASYNC = 1;

  private final UringEngine uring;
  private final UringFiles own;

  UringFileHandle(UringFiles files, UringEngine engine, Path path, int fd) {
    super(files, path, fd);
    this.uring = engine;
    this.own = files;
  }

  @Override
  int readNow(MemorySegment target, long offset, int length, long position) throws IOException {
    if (!uring.reads.takes(target, length)) {
      return super.readNow(target, offset, length, position);
    }
    own.progress.reset();
    return uring.reads.read(fd, target, offset, length, position);
  }

  @Override
  int readFromDisk(MemorySegment target, long offset, int length, long position)
      throws IOException {
    enter();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(Math.min(length, MOST_AT_ONCE));
      int n = transfer(RingOpcode.READ, room, position);
      MemorySegment.copy(room, 0, target, offset, n);
      return n == 0 ? -1 : n;
    } finally {
      leave();
    }
  }

  @Override
  public int write(MemorySegment source, long offset, int length, long position)
      throws IOException {
    begin();
    enter();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(Math.min(length, MOST_AT_ONCE));
      MemorySegment.copy(source, offset, room, 0, room.byteSize());
      // A file that was opened to append writes at its end, whatever the position.
      return transfer(RingOpcode.WRITE, room, Math.max(position, 0));
    } finally {
      leave();
    }
  }

  private int transfer(int opcode, MemorySegment room, long position) throws IOException {
    while (true) {
      UringCall call = uring.prepareCall(opcode, fd, room.address(), (int) room.byteSize());
      uring.ring.offset(position, 0);
      int result = own.await(call, this);
      if (result != -Errno.EINTR && result != -Errno.EAGAIN) {
        return check(result);
      }
    }
  }

  private int check(int result) throws IOException {
    if (result < 0) {
      throw FileFailure.of(path(), -result);
    }
    return result;
  }

  @Override
  public void sync(boolean metadata) throws IOException {
    begin();
    enter();
    try {
      UringCall call = uring.prepareCall(RingOpcode.FSYNC, fd, 0, 0);
      uring.ring.operationFlags(metadata ? 0 : FSYNC_DATASYNC);
      check(own.await(call, this));
    } finally {
      leave();
    }
  }

  @Override
  public long size() throws IOException {
    begin();
    enter();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(FileCalls.STATUS_SIZE, 8);
      check(own.status(status, fd, this));
      return FileCalls.sizeAt(status);
    } finally {
      leave();
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    if (!uring.ring.supports(RingOpcode.FTRUNCATE)) {
      super.truncate(size);
      return;
    }
    begin();
    enter();
    try {
      UringCall call = uring.prepareCall(RingOpcode.FTRUNCATE, fd, 0, 0);
      uring.ring.offset(size, 0);
      checkTruncated(own.await(call, this));
    } finally {
      leave();
    }
  }

  @Override
  public void close() {
    // Reads of this turn go to the kernel before anybody can free the descriptor.
    uring.reads.finish();
    super.close();
  }

  @Override
  void freeNow() {
    if (Thread.currentThread().isVirtual()) {
      own.await(uring.prepareCall(RingOpcode.CLOSE, fd, 0, 0), this);
    } else {
      // The loop has ended.
      free();
    }
  }

  @Override
  void free() {
    if (uring.isOnLoop()) {
      uring.closeLater(fd);
    } else {
      super.free();
    }
  }
}
