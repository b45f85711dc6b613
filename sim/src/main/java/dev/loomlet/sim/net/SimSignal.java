package dev.loomlet.sim.net;

/** Is ready to read from a signal until it is cleared (eventfd(2)). A part of something else. */
final class SimSignal extends SimDescriptor {
  private boolean signalled;

  SimSignal(Fabric fabric) {
    super(fabric, fabric.current().machine);
  }

  void signal() {
    if (!signalled) {
      signalled = true;
      readableNow();
    }
  }

  boolean clear() {
    boolean was = signalled;
    signalled = false;
    return was;
  }

  @Override
  boolean canRead() {
    return signalled;
  }

  @Override
  boolean canWrite() {
    return true;
  }

  @Override
  String describe() {
    return "a signal";
  }

  @Override
  public void close() {
    markClosed();
  }
}
