package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;

/**
 * A file on its way into a socket by sendfile(2), which may have to wait for the disk, and so runs
 * on helper threads; it never waits for the socket, which does not block.
 *
 * <p>Helper threads work on a duplicate of the socket's descriptor: the socket may be closed at any
 * time, and its number belong to another one then.
 */
final class FileSending implements AutoCloseable {
  /** Bytes sent in one go, during which the greenlet cannot be cancelled. */
  private static final long BLOCK = 1 << 20;

  private final LinuxStreamSocket socket;
  private final LinuxFileHandle file;
  private final int duplicate;

  FileSending(LinuxStreamSocket socket, LinuxFileHandle file) throws IOException {
    this.socket = socket;
    this.file = file;
    file.enter();
    this.duplicate = socket.calls.duplicate(socket.fd);
    if (duplicate < 0) {
      file.leave();
      throw new DescriptorsExhaustedException("cannot send " + file);
    }
  }

  /**
   * Sends what the socket has room for.
   *
   * @return how many bytes; 0 if the file ends at the position; -EAGAIN if there is no room
   */
  long next(long position, long count) throws IOException {
    socket.context.checkCancelled();
    long n =
        HelperThreads.callUncancellably(
            file,
            () -> {
              FileCalls calls = LinuxFiles.BLOCKING.get();
              long result;
              do {
                result = calls.sendFile(duplicate, file.fd, position, Math.min(count, BLOCK));
              } while (result == -Errno.EINTR);
              return result;
            });
    if (n >= 0 || n == -Errno.EAGAIN) {
      return n;
    }
    throw switch ((int) -n) {
      case Errno.EBADF, Errno.EIO, Errno.EISDIR -> FileFailure.of(file.path(), (int) -n);
      default -> SocketFailure.operation("send " + file + " to", socket.describe(), (int) -n);
    };
  }

  @Override
  public void close() {
    file.leaveSoon();
    if (socket.isOpen()) {
      SystemCalls.close(duplicate);
    } else {
      // The last one to close a socket that lingers waits.
      HelperThreads.execute(() -> SystemCalls.closeSlowly(duplicate));
    }
  }
}
