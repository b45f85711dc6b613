package dev.loomlet.agent;

import dev.loomlet.engine.JdkDescriptors;
import dev.loomlet.engine.JdkFiles;
import dev.loomlet.jdk.ClassLoading;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WaitLoop;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Waiting before a file stream reads or writes, so that the JDK's call then need not.
 *
 * <p>As in the JDK an interrupt does not end such a wait, and the flag stays set; a cancellation
 * does, before anything was read or written by this call.
 */
final class StreamWaits {
  private static final int STANDARD_INPUT = 0;

  /** A pipe that is ready for writing takes this many bytes at once: PIPE_BUF of pipe(7). */
  static final int PIECE = 4096;

  private static volatile boolean stdin;
  private static volatile boolean processes;
  private static volatile boolean files;

  private StreamWaits() {}

  static void enable(Set<Topic> topics) {
    stdin |= topics.contains(Topic.STDIN);
    processes |= topics.contains(Topic.PROCESS);
    files |= topics.contains(Topic.FILES);
  }

  private static boolean concerns(Object stream, int fd) {
    if (fd == STANDARD_INPUT && stream instanceof FileInputStream) {
      return stdin;
    }
    return JdkAccess.isProcessStream(stream) ? processes : files;
  }

  private static @Nullable JdkDescriptors descriptorsFor(Object stream, int fd) {
    WaitLoop loop = fd >= 0 && concerns(stream, fd) ? Hooks.loop() : null;
    return loop == null ? null : loop.jdkDescriptors();
  }

  /**
   * Reads from a regular file; for everything else, waits until there is something to read.
   *
   * @return {@link FileStreams#GO_ON} if the JDK's own method is to read
   */
  static int read(
      FileInputStream in, FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws Throwable {
    int fd = JdkAccess.numberOf(descriptor);
    JdkDescriptors descriptors = descriptorsFor(in, fd);
    if (descriptors == null) {
      return FileStreams.GO_ON;
    }
    JdkFiles regular = files ? FileStreams.filesFor(descriptors, fd) : null;
    if (regular != null) {
      return FileStreams.read(
          regular, fd, bytes, offset, length, (at, n) -> JdkAccess.read(in, bytes, at, n));
    }
    awaitReady(descriptors, descriptor, fd, JdkDescriptors.READABLE);
    return FileStreams.GO_ON;
  }

  /** Waits until a descriptor is ready, unless the JDK's own method must wait in its place. */
  static void awaitReady(
      JdkDescriptors descriptors, FileDescriptor descriptor, int fd, int readiness) {
    if (!descriptors.isReady(fd, readiness) && !ClassLoading.isUnderWay()) {
      await(descriptors, descriptor, fd, readiness);
    }
  }

  private static void await(
      JdkDescriptors descriptors, FileDescriptor descriptor, int fd, int readiness) {
    Thread self = Thread.currentThread();
    Task task = Task.of(self);
    boolean interrupted = false;
    try {
      do {
        if (task != null && task.needsAttention()) {
          Task.checkpoint();
        }
        interrupted |= Thread.interrupted();
      } while (descriptors.await(fd, readiness, 0, descriptor::valid, true)
          && descriptor.valid()
          && !descriptors.isReady(fd, readiness));
    } finally {
      if (interrupted) {
        self.interrupt();
      }
    }
  }

  /**
   * Writes to a regular file; to everything else, in pieces that need not wait.
   *
   * @return false if the JDK's own method can do it at once, or must
   */
  static boolean write(
      FileOutputStream out, FileDescriptor descriptor, byte[] bytes, int offset, int length)
      throws Throwable {
    int fd = JdkAccess.numberOf(descriptor);
    JdkDescriptors descriptors = descriptorsFor(out, fd);
    if (descriptors == null || length <= 0) {
      return false;
    }
    boolean inBounds = offset >= 0 && offset <= bytes.length - length;
    JdkFiles regular = files ? FileStreams.filesFor(descriptors, fd) : null;
    if (regular != null) {
      return inBounds && FileStreams.write(regular, out, fd, bytes, offset, length);
    }
    int readiness = JdkDescriptors.WRITABLE;
    if (length <= PIECE) {
      awaitReady(descriptors, descriptor, fd, readiness);
      return false;
    }
    if (!inBounds || !descriptors.canWaitFor(fd)) {
      return false;
    }
    for (int done = 0; done < length; done += PIECE) {
      JdkAccess.write(out, bytes, offset + done, Math.min(PIECE, length - done));
    }
    return true;
  }
}
