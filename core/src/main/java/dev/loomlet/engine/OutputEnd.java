package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Something of an engine that bytes are written to in their order: the writing end of a pipe, a
 * terminal. One greenlet of the loop writes at a time; cancelled, it may have written a part.
 */
public interface OutputEnd {

  /**
   * Writes all of it. Waits as long as nobody reads.
   *
   * @param source native or an array's
   * @param offset where in the source to begin
   * @param length how much, 0 or more
   * @throws IOException also if nobody can read it any more
   * @throws java.net.SocketTimeoutException after the time-out; a part may have been written
   * @throws ResourceBusyException if another greenlet waits in a write
   */
  void write(MemorySegment source, long offset, int length, long timeoutNanos) throws IOException;

  /** Whether {@link #close} was not called yet. */
  boolean isOpen();

  /** Frees the descriptor; a greenlet that waits gets an exception. Does nothing when repeated. */
  void close();
}
