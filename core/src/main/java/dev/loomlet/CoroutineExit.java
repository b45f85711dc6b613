package dev.loomlet;

import java.io.Serial;

/**
 * Ends a coroutine quietly: thrown by {@link Coroutine#kill} at the place where it waits, and when
 * it leaves the coroutine's body, the parent gets it as an ordinary value. greenlet's {@code
 * GreenletExit}.
 *
 * <p>It is an {@code Error} so that {@code catch (Exception e)} does not swallow it. Let it pass;
 * clean up in {@code finally}. It has no stack trace, because it is no failure.
 */
public final class CoroutineExit extends Error {
  @Serial private static final long serialVersionUID = 1;

  /** Creates the error. */
  public CoroutineExit() {
    super("the coroutine is to end", null, true, false);
  }
}
