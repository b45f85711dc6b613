package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connected stream socket of an engine, of TCP or a Unix socket.
 *
 * <p>One greenlet may read and another write at the same time. Cancelling a waiting operation
 * leaves a read without effect; a write may have sent a part.
 */
public interface StreamSocket extends ReadWatch {

  /**
   * Reads what there is, at least one byte. Waits.
   *
   * @param target native or an array's
   * @param offset where in the target to begin
   * @param length how much at most, at least 1
   * @return how many bytes; -1 at the end of the stream
   * @throws java.net.SocketTimeoutException after the time-out; nothing was read
   * @throws ResourceBusyException if another greenlet waits in a read
   */
  int read(MemorySegment target, long offset, int length, long timeoutNanos) throws IOException;

  /**
   * Reads what there is into a buffer that is taken from the loop's pool only when there is
   * something to read. Waits.
   *
   * @return null at the end of the stream
   * @throws java.net.SocketTimeoutException after the time-out; nothing was read
   * @throws ResourceBusyException if another greenlet waits in a read
   */
  @Nullable Chunk receive(long timeoutNanos) throws IOException;

  /**
   * Writes all of it. Waits as long as the peer is slow.
   *
   * @param source native or an array's
   * @param offset where in the source to begin
   * @param length how much, 0 or more
   * @throws java.net.SocketTimeoutException after the time-out; a part may have been sent
   * @throws ResourceBusyException if another greenlet waits in a write
   */
  void write(MemorySegment source, long offset, int length, long timeoutNanos) throws IOException;

  /**
   * Writes a chunk's bytes from its buffer's position to its limit, which become equal. Waits as
   * {@link #write}.
   */
  void write(Chunk chunk, long timeoutNanos) throws IOException;

  /**
   * Writes all of several pieces of memory, one behind the other, with as few system calls as
   * possible. Waits as {@link #write(MemorySegment, long, int, long)}.
   */
  default void write(List<MemorySegment> sources, long timeoutNanos) throws IOException {
    for (MemorySegment source : sources) {
      write(source, 0, Math.toIntExact(source.byteSize()), timeoutNanos);
    }
  }

  /**
   * Writes bytes and passes descriptors with the first of them. Waits as {@link
   * #write(MemorySegment, long, int, long)}.
   *
   * @param source at least 1 byte
   * @param descriptors at most 253; they stay the caller's
   * @throws UnsupportedOperationException if the engine or the kind of connection cannot
   */
  default void sendDescriptors(byte[] source, int[] descriptors, long timeoutNanos)
      throws IOException {
    throw new UnsupportedOperationException(
        "descriptors can be passed over Unix sockets, by engines of Linux such as epoll");
  }

  /**
   * Reads what there is, and takes the descriptors that were passed with it. Waits as {@link
   * #read}.
   *
   * @param length how many bytes at most, at least 1
   * @param most how many descriptors at most, 0 to 253
   * @return null at the end of the stream
   * @throws java.net.SocketException if there were more; those that came are closed
   * @throws UnsupportedOperationException if the engine or the kind of connection cannot
   */
  default @Nullable ReceivedDescriptors receiveDescriptors(int length, int most, long timeoutNanos)
      throws IOException {
    throw new UnsupportedOperationException(
        "descriptors can be passed over Unix sockets, by engines of Linux such as epoll");
  }

  /**
   * Who is at the other end of a Unix socket. Does not wait.
   *
   * @throws UnsupportedOperationException if that cannot be learnt
   */
  default PeerCredentials peerCredentials() throws IOException {
    throw new UnsupportedOperationException("credentials are known of peers over Unix sockets");
  }

  /** Whether {@link #sendFile} works with a file. */
  default boolean sendsFile(FileHandle file) {
    return false;
  }

  /**
   * Sends a part of a file without its bytes passing through the program (sendfile(2)). Waits, as
   * long as the peer is slow, and for the disk.
   *
   * @param file for which {@link #sendsFile} says yes; may be another loop's
   * @param position where in the file to begin
   * @param count how much
   * @return how many bytes, less than asked for only if the file ends before
   * @throws java.net.SocketTimeoutException after the time-out; a part may have been sent
   * @throws ResourceBusyException if another greenlet waits in a write
   */
  default long sendFile(FileHandle file, long position, long count, long timeoutNanos)
      throws IOException {
    throw new UnsupportedOperationException("this socket cannot send files by itself");
  }

  /**
   * Writes what is taken at once, without waiting and without being a checkpoint, so that it can be
   * the last thing before {@link #close}. On the loop's carrier thread, in a greenlet or not; no
   * greenlet may be writing.
   *
   * @return how many bytes were taken: 0 if none, or if the engine cannot tell without waiting
   */
  default int writeNow(MemorySegment source, long offset, int length) {
    return 0;
  }

  /** Reads give the end of the stream from now on. */
  void shutdownInput() throws IOException;

  /** Sends the end of the stream to the peer, after what was written. */
  void shutdownOutput() throws IOException;

  /** This side's address. */
  SocketAddress localAddress();

  /** The peer's address. */
  SocketAddress remoteAddress();

  /**
   * Sets a socket option.
   *
   * @throws UnsupportedOperationException if the engine does not know it
   */
  <T> void setOption(SocketOption<T> option, T value) throws IOException;

  /**
   * Reads a socket option.
   *
   * @throws UnsupportedOperationException if the engine does not know it
   */
  <T> T getOption(SocketOption<T> option) throws IOException;

  /** Whether {@link #close} was not called yet. */
  boolean isOpen();

  /**
   * Frees the descriptor; greenlets that wait here get an exception. Does nothing when repeated.
   */
  void close();
}
