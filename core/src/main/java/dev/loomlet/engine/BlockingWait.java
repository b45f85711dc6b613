package dev.loomlet.engine;

/**
 * One wait of a {@link BlockingHelper} for one descriptor; run on the loop when it is over.
 *
 * <p>Two threads may end it: the helper, because something has happened, and the loop, because the
 * descriptor is closed. The helper first leaves the call, then looks whether it was revoked; the
 * loop first revokes, then looks whether the helper is still in the call. So either the loop sees
 * that it is not, or the helper sees that the loop waits for it.
 */
final class BlockingWait implements Runnable {
  final LinuxDescriptor descriptor;
  final BlockingHelper helper;
  final int readiness;
  private final BlockingEngine engine;

  /** What poll(2) said. Written before the helper leaves. */
  int happened;

  /** Whether the loop has taken it back. */
  volatile boolean revoked;

  BlockingWait(
      BlockingEngine engine, BlockingHelper helper, LinuxDescriptor descriptor, int readiness) {
    this.engine = engine;
    this.helper = helper;
    this.descriptor = descriptor;
    this.readiness = readiness;
  }

  @Override
  public void run() {
    if (!revoked) {
      engine.finished(this);
    }
  }
}
