package dev.loomlet;

import java.io.Serial;

/**
 * Thrown out of a wait that can never end: nothing on the loop is ready, no timer runs, no input or
 * output is awaited, and no other thread is left that could wake anybody. The counterpart of
 * gevent's {@code LoopExit}.
 *
 * <p>It needs a {@link dev.loomlet.diagnose.Watch}, as {@code loomlet run} has one by default. The
 * watch has it thrown in the main greenlet of {@link Loomlet#run}; if that waits in code of the JDK
 * which does not react, or there is none, then out of {@code run} or of whatever the thread that
 * owns the loop waits in. The message lists everyone who waits, for what, and where, and for a
 * queue or channel who has ended that had put into it.
 */
public final class LoopExit extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Creates it.
   *
   * @param message what nobody can end any more
   */
  public LoopExit(String message) {
    super(message);
  }
}
