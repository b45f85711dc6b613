package dev.loomlet.engine;

import java.io.IOException;

/**
 * A socket of which one can learn that something can be read or accepted, without doing so. For
 * greenlets of its loop; {@code dev.loomlet.queue.Select} is built on it.
 */
public interface ReadWatch extends DescriptorHolder {

  /**
   * Whether reading or accepting would not wait, because there is something, or the end, or an
   * error, or it is closed. Asks the kernel; does not wait.
   *
   * @throws ResourceBusyException if a greenlet waits to read, or somebody watches
   */
  boolean isReadable() throws IOException;

  /**
   * Has a task run when {@link #isReadable} becomes true, and keeps the place of the one reader
   * meanwhile.
   *
   * @param whenReadable is run on the carrier thread, perhaps more than once; must be short
   * @throws ResourceBusyException if a greenlet waits to read, or somebody watches
   */
  void watchReadable(Runnable whenReadable) throws IOException;

  /** Ends what {@link #watchReadable} began. */
  void unwatchReadable();
}
