package dev.loomlet;

import java.io.Serial;

/**
 * Thrown out of a waiting operation when its greenlet was cancelled, by {@link Greenlet#cancel},
 * {@link Thread#interrupt} or the end of its loop.
 *
 * <p>The operation did not happen; only a write may have sent a part. It is an {@code Error}, as
 * gevent's {@code GreenletExit} and asyncio's {@code CancelledError} stand outside {@code
 * Exception}, so that {@code catch (Exception e)} does not swallow it. Let it pass; clean up in
 * {@code finally}.
 */
public final class Cancelled extends Error {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Creates the error.
   *
   * @param message who was cancelled
   */
  public Cancelled(String message) {
    super(message);
  }
}
