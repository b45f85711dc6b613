package dev.loomlet.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Something that can be asked again and again what it is ready for, and says when that has changed;
 * for selectors. Other greenlets may use it meanwhile. For greenlets of its loop.
 */
public interface Watchable {
  /** Reading, or accepting, would not wait. */
  int READ = 1;

  /** Writing would not wait. */
  int WRITE = 2;

  /**
   * Asks the kernel what it is ready for. Does not wait. What is closed is ready for everything:
   * the operation will say so.
   *
   * @param interest {@link #READ}, {@link #WRITE} or both
   * @return those that hold
   */
  int readyFor(int interest) throws IOException;

  /**
   * Has a task run when it may have become ready, and did not seem so when it was {@linkplain
   * #readyFor asked} last. One at a time.
   *
   * @param observer is run on the carrier thread, perhaps without reason; must be short. Null for
   *     none any more.
   * @throws ResourceBusyException if there is one already
   */
  void observe(@Nullable Runnable observer);

  /** Whether it was not closed yet. */
  boolean isOpen();
}
