package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Something of an engine that bytes are read from in their order: the reading end of a pipe, a
 * terminal. One greenlet of the loop reads at a time; cancelled, it has read nothing.
 */
public interface InputEnd extends ReadWatch {

  /**
   * Reads what there is, at least one byte. Waits.
   *
   * @param target native or an array's
   * @param offset where in the target to begin
   * @param length how much at most, at least 1
   * @return how many bytes; -1 at the end
   * @throws java.net.SocketTimeoutException after the time-out; nothing was read
   * @throws ResourceBusyException if another greenlet waits in a read
   */
  int read(MemorySegment target, long offset, int length, long timeoutNanos) throws IOException;

  /**
   * As {@link #read}, into a buffer that is taken from the loop's pool only when there is something
   * to read.
   *
   * @return null at the end
   */
  @Nullable Chunk receive(long timeoutNanos) throws IOException;

  /** Whether {@link #close} was not called yet. */
  boolean isOpen();

  /** Frees the descriptor; a greenlet that waits gets an exception. Does nothing when repeated. */
  void close();
}
