package dev.loomlet.net;

/**
 * How a UDP socket takes its address; the rest can be set later by {@link UdpSocket#setOption}.
 *
 * @param reuseAddress whether several sockets may be bound to the same address, each of which
 *     receives what is sent to a multicast group (SO_REUSEADDR)
 * @param reusePort whether several sockets of one user share the port, datagrams spread over them
 *     by sender (SO_REUSEPORT)
 * @param broadcast whether it may send to broadcast addresses (SO_BROADCAST)
 */
public record UdpOptions(boolean reuseAddress, boolean reusePort, boolean broadcast) {
  /** An address of its own, no broadcast. */
  public static final UdpOptions DEFAULT = new UdpOptions(false, false, false);

  /** The same with the address shared or not. */
  public UdpOptions withReuseAddress(boolean shared) {
    return new UdpOptions(shared, reusePort, broadcast);
  }

  /** The same with the port shared or not. */
  public UdpOptions withReusePort(boolean shared) {
    return new UdpOptions(reuseAddress, shared, broadcast);
  }

  /** The same with broadcast allowed or not. */
  public UdpOptions withBroadcast(boolean allowed) {
    return new UdpOptions(reuseAddress, reusePort, allowed);
  }
}
