package dev.loomlet.engine;

/**
 * How to listen.
 *
 * @param backlog connections that the kernel keeps until they are accepted, at least 1; the kernel
 *     lowers it to {@code net.core.somaxconn}
 * @param reuseAddress whether an address is free while old connections of it still fade away
 *     (SO_REUSEADDR)
 * @param reusePort whether several listeners share the port, connections spread over them
 *     (SO_REUSEPORT)
 */
public record ListenOptions(int backlog, boolean reuseAddress, boolean reusePort) {
  /** A long backlog, the address reused, the port not shared. */
  public static final ListenOptions DEFAULT = new ListenOptions(4096, true, false);

  /** Checks the ranges. */
  public ListenOptions {
    if (backlog < 1) {
      throw new IllegalArgumentException("backlog must be at least 1, not " + backlog);
    }
  }

  /** The same with another backlog. */
  public ListenOptions withBacklog(int newBacklog) {
    return new ListenOptions(newBacklog, reuseAddress, reusePort);
  }

  /** The same with the port shared or not. */
  public ListenOptions withReusePort(boolean shared) {
    return new ListenOptions(backlog, reuseAddress, shared);
  }
}
