package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.RingOpcode;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.CopyOption;
import java.nio.file.FileSystems;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;

/**
 * Files by the kernel's own workers. What is rare, and what the kernel refuses, is left to helper
 * threads, so that errors are the JDK's.
 */
final class UringFiles extends LinuxFiles {
  private static final MemorySegment NO_NAME = Arena.global().allocate(1);

  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int RENAME_NOREPLACE = 1;
  private static final int STATX_BASIC = 0x7ff;
  private static final int ALL_MAY = 0777;

  private final UringEngine uring;

  UringFiles(UringEngine engine) {
    super(engine);
    this.uring = engine;
  }

  /** Waits for a call on a file, deaf to cancellation. */
  int await(UringCall call, Object blocker) {
    progress.reset();
    return call.awaitEnd(blocker);
  }

  private static boolean isOurs(Path path) {
    return path.getFileSystem() == FileSystems.getDefault();
  }

  @Override
  public FileHandle open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    int flags = flagsOf(options);
    int permissions = flags < 0 || !isOurs(path) ? -1 : permissionsOf(attributes);
    if (permissions < 0 || options.contains(StandardOpenOption.DELETE_ON_CLOSE)) {
      return super.open(path, options, attributes);
    }
    context.checkCancelled();
    bindCalls();
    int fd = openAt(path, flags, permissions);
    if (fd == -Errno.ENXIO) {
      throw FileFailure.unseekable(path);
    }
    if (fd < 0) {
      throw FileFailure.of(path, -fd);
    }
    refuseUnseekable(path, fd);
    return remember(new UringFileHandle(this, uring, path, fd));
  }

  private int openAt(Path path, int flags, int permissions) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = FileCalls.bytesOf(path, arena);
      int fd;
      do {
        UringCall call =
            uring.prepareCall(RingOpcode.OPENAT, AT_FDCWD, name.address(), permissions);
        uring.ring.operationFlags(flags);
        fd = await(call, path);
      } while (fd == -Errno.EINTR || fd == -Errno.EAGAIN);
      return fd;
    }
  }

  private void refuseUnseekable(Path path, int fd) throws IOException {
    int kind = FileCalls.S_IFREG;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(FileCalls.STATUS_SIZE, 8);
      if (status(status, fd, path) >= 0) {
        kind = FileCalls.modeAt(status) & FileCalls.S_IFMT;
      }
    }
    if (kind != FileCalls.S_IFREG && kind != FileCalls.S_IFDIR && !now().isSeekable(fd)) {
      SystemCalls.close(fd);
      throw FileFailure.unseekable(path);
    }
  }

  /** Has the kernel say what a file is. */
  int status(MemorySegment target, int fd, Object blocker) {
    UringCall call = uring.prepareCall(RingOpcode.STATX, fd, NO_NAME.address(), STATX_BASIC);
    uring.ring.offset(target.address(), AT_EMPTY_PATH);
    return await(call, blocker);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    boolean atomic = options.length == 1 && options[0] == StandardCopyOption.ATOMIC_MOVE;
    if ((atomic || options.length == 0) && isOurs(source) && isOurs(target)) {
      context.checkCancelled();
      if (rename(source, target, atomic ? 0 : RENAME_NOREPLACE) == 0) {
        return;
      }
    }
    super.move(source, target, options);
  }

  private int rename(Path source, Path target, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = FileCalls.bytesOf(source, arena);
      MemorySegment to = FileCalls.bytesOf(target, arena);
      UringCall call = uring.prepareCall(RingOpcode.RENAMEAT, AT_FDCWD, from.address(), AT_FDCWD);
      uring.ring.offset(to.address(), flags);
      return await(call, source);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    if (isOurs(path)) {
      context.checkCancelled();
      int result = unlink(path, 0);
      if (result == -Errno.EISDIR) {
        result = unlink(path, AT_REMOVEDIR);
      }
      if (result == 0) {
        return;
      }
    }
    super.delete(path);
  }

  private int unlink(Path path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = FileCalls.bytesOf(path, arena);
      UringCall call = uring.prepareCall(RingOpcode.UNLINKAT, AT_FDCWD, name.address(), 0);
      uring.ring.operationFlags(flags);
      return await(call, path);
    }
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    int permissions =
        !isOurs(directory) ? -1 : attributes.length == 0 ? ALL_MAY : permissionsOf(attributes);
    if (permissions >= 0) {
      context.checkCancelled();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment name = FileCalls.bytesOf(directory, arena);
        if (await(
                uring.prepareCall(RingOpcode.MKDIRAT, AT_FDCWD, name.address(), permissions),
                directory)
            == 0) {
          return;
        }
      }
    }
    super.createDirectory(directory, attributes);
  }
}
