package dev.loomlet.process;

/**
 * The process that ran a task ended before the task did (Python: {@code BrokenProcessPool}). The
 * message says how: with which exit code, by which signal, out of memory. Other tasks are not
 * harmed, unless the pool cannot start processes any more; then all that wait end with this.
 */
public final class BrokenProcessPoolException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BrokenProcessPoolException(String message) {
    super(message);
  }
}
