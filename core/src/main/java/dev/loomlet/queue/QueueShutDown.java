package dev.loomlet.queue;

import java.io.Serial;

/**
 * The queue was shut down: it takes nothing more in, and there is nothing left to take. Python's
 * and gevent's {@code ShutDown}, asyncio's {@code QueueShutDown}.
 */
public final class QueueShutDown extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param message what was tried
   */
  public QueueShutDown(String message) {
    super(message);
  }
}
