package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * What greenlets can wait for on engines that have the kernel wait in their place, so that neither
 * a thread is blocked nor anything asked again and again. Engines that can do it implement this.
 */
public interface KernelWaits {

  /** Whether this kernel can; if not, the operations throw. */
  boolean waitsForFutexes();

  /** Whether this kernel can; if not, the operations throw. */
  boolean waitsForProcesses();

  /**
   * Waits until somebody wakes those who wait for a word of memory (futex(2), FUTEX2_SIZE_U32), in
   * this process or, if the memory is shared, in another.
   *
   * @param word four bytes, aligned to four, outside of the Java heap; must stay allocated
   * @param expected what must be there for the wait to begin
   * @param shared whether other processes have the memory too
   * @return false if something else was there; the wait was not begun
   * @throws dev.loomlet.Cancelled if the greenlet is cancelled
   * @throws UnsupportedOperationException before Linux 6.7
   */
  boolean awaitFutex(MemorySegment word, int expected, boolean shared) throws IOException;

  /**
   * Wakes those who wait for a word of memory, by {@link #awaitFutex} or otherwise.
   *
   * @param count how many at most, at least 1
   * @return how many
   * @throws UnsupportedOperationException before Linux 6.7
   */
  int wakeFutex(MemorySegment word, int count, boolean shared) throws IOException;

  /**
   * Waits until a child of this process has ended (waitid(2)).
   *
   * @param pid more than 0
   * @param reap whether the kernel is to forget it, so that nobody else can ask how it ended
   * @return its exit status, or 128 and the number of the signal that ended it
   * @throws IOException if there is no such child, or somebody else has reaped it
   * @throws dev.loomlet.Cancelled if the greenlet is cancelled; the child was not reaped
   * @throws UnsupportedOperationException before Linux 6.7
   */
  int awaitExit(int pid, boolean reap) throws IOException;
}
