package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file by Linux's system calls. A read first asks for what is in the page cache, which never
 * blocks and costs less than a fifth of the way to a helper thread and back; only if the disk has
 * to be asked, or the file system cannot say, a helper thread reads.
 */
class LinuxFileHandle extends HelperFileHandle {
  /** Bytes copied in one go by the kernel, during which the greenlet cannot be cancelled. */
  private static final long COPY_BLOCK = 16 << 20;

  final int fd;
  private final LinuxFiles linux;

  /** Whether the page cache can be asked. */
  private boolean asksCache = true;

  LinuxFileHandle(LinuxFiles files, Path path, int fd) {
    super(files, path);
    this.linux = files;
    this.fd = fd;
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long position) throws IOException {
    begin();
    if (asksCache) {
      int n = readCached(target, offset, length, position);
      if (n > 0) {
        return n;
      }
    }
    return readFromDisk(target, offset, length, position);
  }

  /** Reads what may have to be waited for. */
  int readFromDisk(MemorySegment target, long offset, int length, long position)
      throws IOException {
    return readOnHelper(target.asSlice(offset, Math.min(length, BLOCK)), position);
  }

  /**
   * Reads what is in the page cache.
   *
   * @return 0 or a negative error if it must be read otherwise
   */
  private int readCached(MemorySegment target, long offset, int length, long position)
      throws IOException {
    int n = readNow(target, offset, Math.min(length, FileCalls.READ_NOW_LIMIT), position);
    if (n == -Errno.EOPNOTSUPP) {
      asksCache = false;
    } else if (n < 0 && n != -Errno.EAGAIN && n != -Errno.EINTR) {
      throw FileFailure.of(path(), -n);
    }
    return n;
  }

  /** Asks the page cache; returns as {@link FileCalls#readNow}. */
  int readNow(MemorySegment target, long offset, int length, long position) throws IOException {
    FileCalls calls = linux.now();
    if (target.isNative()) {
      return calls.readNow(fd, target.asSlice(offset, length), length, position);
    }
    MemorySegment room = calls.room();
    int n = calls.readNow(fd, room, length, position);
    if (n > 0) {
      MemorySegment.copy(room, 0, target, offset, n);
    }
    return n;
  }

  @Override
  int readBlocking(MemorySegment target, long position) throws IOException {
    FileCalls calls = LinuxFiles.BLOCKING.get();
    MemorySegment room = target.isNative() ? target : calls.room();
    long length = Math.min(target.byteSize(), room.byteSize());
    int n;
    do {
      n = (int) calls.read(fd, room, length, position);
    } while (n == -Errno.EINTR);
    if (n < 0) {
      throw FileFailure.of(path(), -n);
    }
    if (!target.isNative()) {
      MemorySegment.copy(room, 0, target, 0, n);
    }
    return n == 0 ? -1 : n;
  }

  @Override
  int writeBlocking(MemorySegment source, long position) throws IOException {
    FileCalls calls = LinuxFiles.BLOCKING.get();
    MemorySegment room = source.isNative() ? source : calls.room();
    long length = Math.min(source.byteSize(), room.byteSize());
    if (!source.isNative()) {
      MemorySegment.copy(source, 0, room, 0, length);
    }
    int n;
    do {
      // A file that was opened to append writes at its end, whatever the position.
      n = (int) calls.write(fd, room, length, Math.max(position, 0));
    } while (n == -Errno.EINTR);
    if (n < 0) {
      throw FileFailure.of(path(), -n);
    }
    return n;
  }

  @Override
  public void sync(boolean metadata) throws IOException {
    begin();
    onHelper(() -> check(LinuxFiles.BLOCKING.get().sync(fd, metadata)));
  }

  @Override
  public long size() throws IOException {
    begin();
    return onHelper(
        () -> {
          FileCalls calls = LinuxFiles.BLOCKING.get();
          check(calls.status(fd));
          return calls.size();
        });
  }

  @Override
  public void truncate(long size) throws IOException {
    begin();
    onHelper(() -> checkTruncated(LinuxFiles.BLOCKING.get().truncate(fd, size)));
  }

  @Override
  public long copyTo(long position, FileHandle target, long targetPosition, long count)
      throws IOException {
    if (!(target instanceof LinuxFileHandle other)) {
      return super.copyTo(position, target, targetPosition, count);
    }
    begin();
    return onHelperWith(other, () -> copyBlocking(position, other, targetPosition, count));
  }

  private long copyBlocking(long position, LinuxFileHandle target, long targetPosition, long count)
      throws IOException {
    FileCalls calls = LinuxFiles.BLOCKING.get();
    long n;
    do {
      n = calls.copyRange(fd, position, target.fd, targetPosition, Math.min(count, COPY_BLOCK));
    } while (n == -Errno.EINTR);
    if (n > 0) {
      return n;
    }
    return switch ((int) -n) {
      // Zero may be the end, or a file of /proc, which has no size (copy_file_range(2)).
      case 0, Errno.EXDEV, Errno.ENOSYS, Errno.EINVAL, Errno.EOPNOTSUPP, Errno.EBADF ->
          copyThroughMemory(position, target, targetPosition, count);
      default -> throw FileFailure.of(target.path(), (int) -n);
    };
  }

  private long copyThroughMemory(
      long position, LinuxFileHandle target, long targetPosition, long count) throws IOException {
    MemorySegment room = LinuxFiles.BLOCKING.get().room();
    int n = readBlocking(room.asSlice(0, Math.min(count, room.byteSize())), position);
    int written = 0;
    while (written < n) {
      written += target.writeBlocking(room.asSlice(written, n - written), targetPosition + written);
    }
    return n;
  }

  /** The kernel's word for a file that was not opened to write is "invalid" (ftruncate(2)). */
  final @Nullable Void checkTruncated(int result) throws IOException {
    if (result == -Errno.EINVAL) {
      throw FileFailure.notOpenedForThat(path());
    }
    return check(result);
  }

  private @Nullable Void check(int result) throws IOException {
    if (result < 0) {
      throw FileFailure.of(path(), -result);
    }
    return null;
  }

  @Override
  void free() {
    SystemCalls.closeSlowly(fd);
  }
}
