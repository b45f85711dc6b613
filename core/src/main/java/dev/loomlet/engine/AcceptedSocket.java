package dev.loomlet.engine;

/** A connection that was accepted and belongs to no loop yet. May be passed between threads. */
public interface AcceptedSocket extends AutoCloseable {

  /** Closes the connection, if it was not attached to an engine. Any thread. */
  @Override
  void close();
}
