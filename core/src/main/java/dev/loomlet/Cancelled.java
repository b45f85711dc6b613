package dev.loomlet;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown out of a waiting operation when its greenlet was cancelled: killed, or in a {@link
 * CancelScope} that was, or interrupted, or because its loop ends.
 *
 * <p>The operation did not happen; only a write may have sent a part. It is an {@code Error}, as
 * gevent's {@code GreenletExit} and asyncio's {@code CancelledError} stand outside {@code
 * Exception}, so that {@code catch (Exception e)} does not swallow it. Let it pass; clean up in
 * {@code finally}.
 */
public final class Cancelled extends Error {
  @Serial private static final long serialVersionUID = 2;

  /** Why a wait was cancelled. */
  public enum Cause {
    /** {@link Greenlet#kill()} or {@link Greenlet#cancel}; thrown once. */
    KILL,
    /** A cancelled {@link CancelScope}; thrown at every wait until the scope is left. */
    SCOPE,
    /** {@link Thread#interrupt}; thrown once. */
    INTERRUPT,
    /** The loop is closed, and the greenlet never ran. */
    LOOP_CLOSED
  }

  private final Cause origin;

  /** Who was cancelled, if it is a greenlet: the message is made of it when somebody asks. */
  private final transient @Nullable Greenlet<?> whose;

  /**
   * Creates the error. It has a stack trace in debug mode only.
   *
   * @param message who was cancelled
   * @param origin why
   */
  public Cancelled(String message, Cause origin) {
    this(message, origin, null);
  }

  /**
   * As {@link #Cancelled(String, Cause)}.
   *
   * @param cause what it showed itself as in other code, or null
   */
  public Cancelled(String message, Cause origin, @Nullable Throwable cause) {
    // A cancellation is expected, often by the thousand, and rarely printed; walking the stack
    // would
    // take longer than all the rest of a kill.
    super(message, cause, true, DebugMode.isOn());
    this.origin = origin;
    this.whose = null;
  }

  /** For a greenlet that was killed, or whose scope was cancelled. */
  Cancelled(Greenlet<?> whose, Cause origin) {
    super(null, null, true, DebugMode.isOn());
    this.origin = origin;
    this.whose = whose;
  }

  @Override
  public @Nullable String getMessage() {
    Greenlet<?> greenlet = whose;
    if (greenlet == null) {
      return super.getMessage();
    }
    return origin == Cause.KILL
        ? "greenlet " + greenlet.name() + " was killed"
        : "the scope of greenlet " + greenlet.name() + " was cancelled";
  }

  /** Why. */
  public Cause origin() {
    return origin;
  }

  /**
   * For methods that declare {@code InterruptedException}, as those of {@code java.util.concurrent}
   * do: turns an interrupt back into it, and rethrows every other cancellation.
   *
   * @return to be thrown
   */
  public InterruptedException asInterrupt() {
    if (origin != Cause.INTERRUPT) {
      throw this;
    }
    InterruptedException interrupted = new InterruptedException(getMessage());
    interrupted.initCause(this);
    return interrupted;
  }
}
