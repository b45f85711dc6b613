package dev.loomlet.sync;

/**
 * A lock, permit or token that is held until this is closed; for try-with-resources.
 *
 * @see Holdable#hold()
 */
public final class Held implements AutoCloseable {
  private final Runnable release;
  private boolean closed;

  Held(Runnable release) {
    this.release = release;
  }

  /**
   * Gives it back. Further calls do nothing. Does not wait.
   *
   * @throws IllegalMonitorStateException for a lock, on another thread than its owner's
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      release.run();
    }
  }
}
