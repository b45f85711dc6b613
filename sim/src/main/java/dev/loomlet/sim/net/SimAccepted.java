package dev.loomlet.sim.net;

import dev.loomlet.engine.AcceptedSocket;

/** A connection that was accepted. */
record SimAccepted(SimStreamSocket socket) implements AcceptedSocket {
  @Override
  public void close() {
    socket.close();
  }
}
