package dev.loomlet.queue;

import java.io.Serial;

/**
 * An operation on a {@link Channel} found an end closed, its own or the other. The three reasons
 * are three classes in trio: {@code EndOfChannel}, {@code BrokenResourceError} and {@code
 * ClosedResourceError}.
 */
public final class ChannelClosedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  /** What was closed. */
  public enum Reason {
    /** On receiving: the sending end is closed and everything was received; the normal end. */
    NO_SENDER,
    /** On sending: the last receiver was closed, so that nobody would get it. */
    NO_RECEIVER,
    /** The very end that was used was closed, before or meanwhile. */
    CLOSED
  }

  private final Reason reason;

  ChannelClosedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What was closed. */
  public Reason reason() {
    return reason;
  }
}
