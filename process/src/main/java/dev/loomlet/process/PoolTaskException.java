package dev.loomlet.process;

/** A task of a pool failed whose result was the next; the cause is its error. */
public final class PoolTaskException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PoolTaskException(Throwable cause) {
    super("a task in another process failed: " + cause, cause);
  }
}
