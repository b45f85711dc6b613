package dev.loomlet.sim.net;

import java.io.IOException;

/** A socket that has been made and does nothing yet. */
final class Unconnected extends SimDescriptor {
  Unconnected(Fabric fabric) throws IOException {
    super(fabric, fabric.current().machine);
    fabric.current().opened(this);
  }

  @Override
  boolean canRead() {
    return false;
  }

  @Override
  boolean canWrite() {
    return false;
  }

  @Override
  String describe() {
    return "a socket that was never connected";
  }

  @Override
  public void close() {
    markClosed();
  }
}
