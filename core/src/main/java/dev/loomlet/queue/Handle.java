package dev.loomlet.queue;

/** One of several ways into an {@link Exchange}, which can be closed by itself. */
abstract sealed class Handle permits Sender, Receiver {
  /** Under the exchange's guard. */
  boolean closed;
}
