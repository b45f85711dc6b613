package dev.loomlet.engine;

import dev.loomlet.wait.Task;
import java.io.Serial;

/**
 * Two greenlets tried to do the same thing with one socket at the same time, such as read from it.
 *
 * <p>The counterpart of gevent's {@code ConcurrentObjectUseError} and trio's {@code
 * BusyResourceError}. It is a mistake in the program, so it is unchecked; the greenlet that came
 * first is not disturbed.
 */
public final class ResourceBusyException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message who is doing what already
   */
  public ResourceBusyException(String message) {
    super(message);
  }

  /**
   * What is thrown when another greenlet was first.
   *
   * @param other its thread
   * @param doing what it does, as in "waits in this selector"
   * @return a new one, whose message names it
   */
  public static ResourceBusyException of(Thread other, String doing) {
    return new ResourceBusyException(
        "greenlet " + Task.nameOf(other) + " " + doing + " already; one at a time");
  }
}
