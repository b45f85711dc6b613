package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.MessageCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/** What streams and datagrams have in common in passing descriptors. */
final class LinuxPassing {
  private static final int ETOOMANYREFS = 109;

  private LinuxPassing() {}

  /**
   * Sends native memory with descriptors.
   *
   * @return how many bytes the kernel took, or the error that means that there is no room
   */
  static int send(
      MessageCalls messages,
      LinuxDescriptor socket,
      MemorySegment data,
      int[] descriptors,
      @Nullable SocketAddress target)
      throws IOException {
    messages.clear();
    messages.add(data.address(), data.byteSize());
    int n = messages.send(socket.fd, descriptors, target);
    if (n >= 0 || n == -Errno.EAGAIN || n == -Errno.EINTR) {
      return n;
    }
    throw switch (-n) {
      case ETOOMANYREFS ->
          new SocketException(
              "send descriptors by " + socket.describe() + ": too many are on their way");
      case Errno.EBADF ->
          new SocketException(
              "send descriptors by " + socket.describe() + ": one of them is not open");
      default -> SocketFailure.operation("send descriptors by", socket.describe(), -n);
    };
  }

  static void closeAll(int[] descriptors) {
    for (int descriptor : descriptors) {
      SystemCalls.close(descriptor);
    }
  }

  /**
   * Takes what the call before has received.
   *
   * @throws SocketException if descriptors were lost; those that came are closed
   */
  static ReceivedDescriptors received(
      MessageCalls messages, MemorySegment data, int most, String by) throws SocketException {
    int[] descriptors = new int[messages.descriptorCount()];
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i] = messages.descriptor(i);
    }
    if (messages.isControlTruncated() || descriptors.length > most) {
      closeAll(descriptors);
      throw new SocketException(
          "descriptors were lost in a message to "
              + by
              + ": there was room for "
              + most
              + ", or the process may not open more; those that came were closed");
    }
    return new ReceivedDescriptors(data.toArray(ValueLayout.JAVA_BYTE), descriptors);
  }
}
