package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;

/** Turns error numbers into the exceptions that Java programmers know, with what was attempted. */
final class SocketFailure {
  /** Stands for the address of a socket that is closed. */
  static final SocketAddress UNKNOWN = InetSocketAddress.createUnresolved("unknown", 0);

  /** Why a datagram may not be sent to an Internet address. */
  static final String BROADCAST_REFUSED =
      "permission denied; to send to all needs UdpOptions.withBroadcast(true)";

  private SocketFailure() {}

  /** An address as people write it, without the slash of {@code InetSocketAddress.toString}. */
  static String text(SocketAddress address) {
    return switch (address) {
      case InetSocketAddress inet -> text(inet);
      case UnixDomainSocketAddress unix when unix.getPath().toString().isEmpty() ->
          "a nameless peer";
      default -> address.toString();
    };
  }

  private static String text(InetSocketAddress address) {
    String host =
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  static IOException bind(SocketAddress address, int errno) {
    if (errno == Errno.EACCES && address instanceof InetSocketAddress) {
      return privileged(address);
    }
    return switch (errno) {
      case Errno.EMFILE, Errno.ENFILE ->
          new DescriptorsExhaustedException("cannot listen on " + text(address));
      default -> new BindException("cannot listen on " + text(address) + ": " + Errno.text(errno));
    };
  }

  static BindException privileged(SocketAddress address) {
    return new BindException(
        "cannot listen on "
            + text(address)
            + ": permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE");
  }

  static IOException connect(SocketAddress address, int errno) {
    String message = "cannot connect to " + text(address) + ": " + Errno.text(errno);
    return switch (errno) {
      case Errno.EMFILE, Errno.ENFILE ->
          new DescriptorsExhaustedException("cannot connect to " + text(address));
      case Errno.ECONNREFUSED, Errno.ETIMEDOUT, Errno.EADDRNOTAVAIL, Errno.ENOENT ->
          new ConnectException(message);
      case Errno.EHOSTUNREACH, Errno.ENETUNREACH -> new NoRouteToHostException(message);
      default -> new SocketException(message);
    };
  }

  static SocketException operation(String doing, String what, int errno) {
    return new SocketException(doing + " " + what + ": " + Errno.text(errno));
  }
}
