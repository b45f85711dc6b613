package dev.loomlet.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Makes socket addresses of what programs and people write. */
final class Addresses {
  private Addresses() {}

  /**
   * Resolves an address, by the process's resolver. A literal is only parsed; a name is looked up,
   * while the caller waits, and stands for the first of its addresses.
   *
   * @throws IllegalArgumentException if the port is not between 0 and 65535, or the host is empty
   * @throws UnknownHostException if the name means nothing
   */
  static InetSocketAddress resolve(String host, int port) throws UnknownHostException {
    check(host, port);
    InetAddress literal = literal(host);
    return new InetSocketAddress(
        literal != null ? literal : Resolvers.getDefault().lookup(host).getFirst(), port);
  }

  static InetSocketAddress resolve(InetSocketAddress address) throws UnknownHostException {
    return address.isUnresolved() ? resolve(address.getHostString(), address.getPort()) : address;
  }

  /**
   * Refuses what is no address in any case.
   *
   * @throws IllegalArgumentException if the port is not between 0 and 65535, or the host is empty
   */
  static void check(String host, int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be between 0 and 65535, not " + port);
    }
    if (host.isBlank()) {
      throw new IllegalArgumentException("the host must not be empty; 0.0.0.0 means all addresses");
    }
  }

  /** The address that a literal is; null if it is none, and so perhaps a name. */
  static @Nullable InetAddress literal(String host) {
    if (!isLike(host)) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether it may be a literal: for a name the JDK would make an exception, which is dear. */
  private static boolean isLike(String host) {
    return host.indexOf(':') >= 0 || (!host.isEmpty() && host.charAt(host.length() - 1) <= '9');
  }

  /** An address as people write it. */
  static String text(InetSocketAddress address) {
    String host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
