package dev.loomlet.net;

/** What a {@link StreamServer} does with each connection. */
@FunctionalInterface
public interface StreamHandler {

  /**
   * Serves one connection, in a greenlet of its own. The stream is closed when this returns or
   * throws.
   *
   * @throws Exception an {@code IOException} ends the connection quietly, as peers vanish all the
   *     time; anything else is reported as an uncaught error of the greenlet
   */
  void handle(SocketStream stream) throws Exception;
}
