package dev.loomlet.agent;

import dev.loomlet.engine.JdkDescriptors;
import dev.loomlet.engine.JdkFiles;
import dev.loomlet.jdk.ClassLoading;
import dev.loomlet.wait.WaitLoop;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reading and writing regular files: what is in the page cache at once, on the loop's thread, and
 * the rest elsewhere.
 */
final class FileStreams {
  /** For the methods here: nothing was done, and the JDK's own method is to go on. */
  static final int GO_ON = Integer.MIN_VALUE;

  /** What is read on the loop's thread in one call at most. */
  private static final int MOST_AT_ONCE = 4 * JdkFiles.PART;

  /** For channels: {@code IOStatus.INTERRUPTED}, after which they look whether they are open. */
  private static final int TRY_AGAIN = -3;

  private static final int ANYWHERE = -1;

  private FileStreams() {}

  private static @Nullable JdkDescriptors descriptorsFor(int fd) {
    WaitLoop loop = fd >= 0 ? Hooks.loop() : null;
    return loop == null ? null : loop.jdkDescriptors();
  }

  /**
   * What can be done with a descriptor's file, if it is one.
   *
   * @return null if it is something else, or nobody can tell
   */
  static @Nullable JdkFiles filesFor(JdkDescriptors descriptors, int fd) {
    if (JdkFiles.isStandard(fd)) {
      // Most programs print; not all read files, for which system calls must be bound.
      return null;
    }
    JdkFiles files = descriptors.files();
    if (files == null) {
      if (descriptors.preparesFiles() || !Elsewhere.isPossible()) {
        return null;
      }
      files = descriptors.prepareFiles();
    }
    return files.isFile(fd) ? files : null;
  }

  /** The JDK's own read, of the part of an array. */
  @FunctionalInterface
  interface Read {
    int read(int offset, int length) throws Throwable;
  }

  /** {@code RandomAccessFile.readBytes}. */
  static int readFile(Object file, FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws Throwable {
    int fd = JdkAccess.numberOf(descriptor);
    JdkDescriptors descriptors = descriptorsFor(fd);
    if (descriptors == null) {
      return GO_ON;
    }
    JdkFiles files = filesFor(descriptors, fd);
    if (files == null) {
      StreamWaits.awaitReady(descriptors, descriptor, fd, JdkDescriptors.READABLE);
      return GO_ON;
    }
    return read(
        files, fd, bytes, offset, length, (at, n) -> JdkAccess.readFile(file, bytes, at, n));
  }

  /**
   * Reads from a regular file as much as one system call would, which may be less than asked for
   * only at the end of the file.
   */
  static int read(JdkFiles files, int fd, byte[] bytes, int offset, int length, Read slowly)
      throws Throwable {
    if (offset < 0 || length <= 0 || length > bytes.length - offset || JdkAccess.isTraced()) {
      return length > 0 && Elsewhere.isPossible() && JdkAccess.isTraced()
          ? elsewhere(offset, length, slowly)
          : GO_ON;
    }
    int done = 0;
    while (done < length && done < MOST_AT_ONCE) {
      int n = files.read(fd, bytes, offset + done, length - done);
      if (n == 0) {
        return done > 0 ? done : GO_ON;
      }
      if (n < 0) {
        break;
      }
      done += n;
    }
    return done == length ? done : readRest(offset, length, done, slowly);
  }

  private static int readRest(int offset, int length, int done, Read slowly) throws Throwable {
    boolean possible = Elsewhere.isPossible();
    if (done == 0) {
      return possible ? elsewhere(offset, length, slowly) : GO_ON;
    }
    try {
      int rest =
          possible
              ? elsewhere(offset + done, length - done, slowly)
              : slowly.read(offset + done, length - done);
      return done + Math.max(rest, 0);
    } catch (IOException e) {
      // As with a system call that was cut short: the next one will say it again.
      return done;
    }
  }

  private static int elsewhere(int offset, int length, Read slowly) throws Throwable {
    Object n = Elsewhere.call(() -> slowly.read(offset, length), false);
    return n instanceof Integer count ? count : GO_ON;
  }

  /** The JDK's own write, of the part of an array. */
  @FunctionalInterface
  interface Write {
    void write(int offset, int length) throws Throwable;
  }

  /** {@code FileOutputStream.write} to a regular file; returns whether it was done here. */
  static boolean write(
      JdkFiles files, FileOutputStream out, int fd, byte[] bytes, int offset, int length)
      throws Throwable {
    boolean atOnce = !JdkAccess.isTraced();
    return write(
        files, fd, bytes, offset, length, atOnce, (at, n) -> JdkAccess.write(out, bytes, at, n));
  }

  /** {@code RandomAccessFile.implWriteBytes}; returns whether it was done here. */
  static boolean writeFile(
      Object file, FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws Throwable {
    int fd = JdkAccess.numberOf(descriptor);
    JdkDescriptors descriptors = descriptorsFor(fd);
    JdkFiles files = descriptors == null ? null : filesFor(descriptors, fd);
    if (files == null || offset < 0 || length <= 0 || length > bytes.length - offset) {
      return false;
    }
    return write(
        files, fd, bytes, offset, length, true, (at, n) -> JdkAccess.writeFile(file, bytes, at, n));
  }

  private static boolean write(
      JdkFiles files, int fd, byte[] bytes, int offset, int length, boolean atOnce, Write rest)
      throws Throwable {
    if (atOnce && files.writesAtOnce(fd, length)) {
      int n = files.write(fd, bytes, offset, length);
      if (n > 0 && n < length) {
        rest.write(offset + n, length - n);
      }
      return n > 0;
    }
    if (!Elsewhere.isPossible()) {
      return false;
    }
    Elsewhere.call(
        () -> {
          rest.write(offset, length);
          return null;
        },
        false);
    return true;
  }

  /**
   * Reading of a {@code FileChannel}.
   *
   * @param position -1 for the channel's own
   * @return what the system call returns that the JDK would make, or {@link #GO_ON}
   */
  static int readChannel(
      Object dispatcher, FileDescriptor descriptor, long address, int length, long position)
      throws Throwable {
    int fd = JdkAccess.numberOf(descriptor);
    JdkDescriptors descriptors = descriptorsFor(fd);
    if (descriptors == null || length <= 0) {
      return GO_ON;
    }
    JdkFiles files = filesFor(descriptors, fd);
    if (files == null) {
      return awaitOnce(descriptors, fd, JdkDescriptors.READABLE);
    }
    int done = 0;
    while (done < length && done < MOST_AT_ONCE) {
      long at = position < 0 ? ANYWHERE : position + done;
      int n = files.read(fd, address + done, length - done, at);
      if (n == 0) {
        return done > 0 ? done : GO_ON;
      }
      if (n < 0) {
        break;
      }
      done += n;
    }
    if (done == length) {
      return done;
    }
    int begun = done;
    return readRest(
        0,
        length,
        begun,
        (offset, n) ->
            JdkAccess.readChannel(
                dispatcher,
                descriptor,
                address + offset,
                n,
                position < 0 ? ANYWHERE : position + offset));
  }

  /** Writing of a {@code FileChannel}; as {@link #readChannel}. */
  static int writeChannel(
      Object dispatcher, FileDescriptor descriptor, long address, int length, long position)
      throws Throwable {
    int fd = JdkAccess.numberOf(descriptor);
    JdkDescriptors descriptors = descriptorsFor(fd);
    if (descriptors == null || length <= 0) {
      return GO_ON;
    }
    JdkFiles files = filesFor(descriptors, fd);
    if (files == null) {
      return length > StreamWaits.PIECE && descriptors.canWaitFor(fd)
          ? JdkAccess.writeChannel(dispatcher, descriptor, address, StreamWaits.PIECE, position)
          : awaitOnce(descriptors, fd, JdkDescriptors.WRITABLE);
    }
    if (files.writesAtOnce(fd, length)) {
      int n = files.write(fd, address, length, position);
      return n > 0 ? n : GO_ON;
    }
    if (!Elsewhere.isPossible()) {
      return GO_ON;
    }
    Object n =
        Elsewhere.call(
            () -> JdkAccess.writeChannel(dispatcher, descriptor, address, length, position), false);
    return n instanceof Integer count ? count : GO_ON;
  }

  /** For a channel over a FIFO, of which an interrupt or a close is to end the wait. */
  private static int awaitOnce(JdkDescriptors descriptors, int fd, int readiness) {
    return descriptors.isReady(fd, readiness)
            || ClassLoading.isUnderWay()
            || !descriptors.await(fd, readiness, 0, () -> true, true)
            || descriptors.isReady(fd, readiness)
        ? GO_ON
        : TRY_AGAIN;
  }
}
