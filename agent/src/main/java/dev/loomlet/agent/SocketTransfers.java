package dev.loomlet.agent;

import dev.loomlet.engine.JdkDescriptors;
import java.io.FileDescriptor;
import java.io.IOException;

/**
 * Reads and writes of sockets in the place of the JDK's native methods, with their results and
 * exceptions.
 *
 * <p>What is saved: the way through JNI and a buffer outside the heap, the C library's points of
 * cancellation, and the read that finds a socket empty of which that is known.
 */
final class SocketTransfers {
  // Results other than numbers of bytes, as sun.nio.ch.IOStatus defines them.
  private static final int EOF = -1;
  private static final int UNAVAILABLE = -2;
  private static final int INTERRUPTED = -3;

  private SocketTransfers() {}

  static int read(
      JdkDescriptors descriptors, FileDescriptor socket, byte[] target, int offset, int length)
      throws IOException {
    // Who is interrupted does not wait, and may be after what is there all the same.
    boolean waits = !Thread.currentThread().isInterrupted();
    return afterRead(
        descriptors.receive(JdkAccess.numberOf(socket), target, offset, length, waits));
  }

  static int read(JdkDescriptors descriptors, FileDescriptor socket, long address, int length)
      throws IOException {
    return afterRead(descriptors.receive(JdkAccess.numberOf(socket), address, length));
  }

  static int write(
      JdkDescriptors descriptors, FileDescriptor socket, byte[] source, int offset, int length)
      throws IOException {
    return afterWrite(descriptors.send(JdkAccess.numberOf(socket), source, offset, length));
  }

  static int write(JdkDescriptors descriptors, FileDescriptor socket, long address, int length)
      throws IOException {
    return afterWrite(descriptors.send(JdkAccess.numberOf(socket), address, length));
  }

  static int writePieces(JdkDescriptors descriptors, FileDescriptor socket, long vector, int count)
      throws IOException {
    return afterWrite(descriptors.sendPieces(JdkAccess.numberOf(socket), vector, count));
  }

  private static int afterRead(int n) throws IOException {
    if (n > 0) {
      return n;
    }
    if (n == 0) {
      return EOF;
    }
    if (n == JdkDescriptors.RESET) {
      throw JdkAccess.connectionReset();
    }
    return refused(n);
  }

  private static int afterWrite(int n) throws IOException {
    return n >= 0 ? n : refused(n);
  }

  private static int refused(int error) throws IOException {
    return switch (error) {
      case JdkDescriptors.WOULD_BLOCK -> UNAVAILABLE;
      case JdkDescriptors.INTERRUPTED -> INTERRUPTED;
      case JdkDescriptors.NOT_A_SOCKET, JdkDescriptors.NOT_TAKEN -> Hooks.LEFT;
      default -> throw new IOException(JdkDescriptors.describe(error));
    };
  }
}
