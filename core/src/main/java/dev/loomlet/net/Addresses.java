package dev.loomlet.net;

import dev.loomlet.Cancelled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Makes socket addresses of what programs and people write. */
final class Addresses {
  private Addresses() {}

  /**
   * Resolves an address. A literal is only parsed; a name is looked up by the system's resolver on
   * a thread of its own, because that blocks, while the caller waits.
   *
   * @throws IllegalArgumentException if the port is not between 0 and 65535, or the host is empty
   * @throws UnknownHostException if the name means nothing
   */
  static InetSocketAddress resolve(String host, int port) throws UnknownHostException {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be between 0 and 65535, not " + port);
    }
    if (host.isBlank()) {
      throw new IllegalArgumentException("the host must not be empty; 0.0.0.0 means all addresses");
    }
    InetAddress literal = literal(host);
    return new InetSocketAddress(literal != null ? literal : lookUp(host), port);
  }

  static InetSocketAddress resolve(InetSocketAddress address) throws UnknownHostException {
    return address.isUnresolved() ? resolve(address.getHostString(), address.getPort()) : address;
  }

  private static @Nullable InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static InetAddress lookUp(String host) throws UnknownHostException {
    FutureTask<InetAddress> task = new FutureTask<>(() -> InetAddress.getByName(host));
    Thread.ofPlatform().daemon().name("loomlet-resolver").start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      UnknownHostException unknown =
          new UnknownHostException("cannot resolve the host name '" + host + "'");
      unknown.initCause(e.getCause());
      throw unknown;
    } catch (InterruptedException e) {
      throw new Cancelled(
          "cancelled while resolving the host name '" + host + "'", Cancelled.Cause.INTERRUPT);
    }
  }

  /** An address as people write it. */
  static String text(InetSocketAddress address) {
    String host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
