package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;

/** Turns error numbers into the exceptions that Java programmers know, with what was attempted. */
final class SocketFailure {
  private SocketFailure() {}

  /** An address as people write it, without the slash of {@code InetSocketAddress.toString}. */
  static String text(InetSocketAddress address) {
    String host =
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  static IOException bind(InetSocketAddress address, int errno) {
    return switch (errno) {
      case Errno.EMFILE, Errno.ENFILE ->
          new DescriptorsExhaustedException("cannot listen on " + text(address));
      case Errno.EACCES -> privileged(address);
      default -> new BindException("cannot listen on " + text(address) + ": " + Errno.text(errno));
    };
  }

  static BindException privileged(InetSocketAddress address) {
    return new BindException(
        "cannot listen on "
            + text(address)
            + ": permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE");
  }

  static IOException connect(InetSocketAddress address, int errno) {
    String message = "cannot connect to " + text(address) + ": " + Errno.text(errno);
    return switch (errno) {
      case Errno.EMFILE, Errno.ENFILE ->
          new DescriptorsExhaustedException("cannot connect to " + text(address));
      case Errno.ECONNREFUSED, Errno.ETIMEDOUT, Errno.EADDRNOTAVAIL ->
          new ConnectException(message);
      case Errno.EHOSTUNREACH, Errno.ENETUNREACH -> new NoRouteToHostException(message);
      default -> new SocketException(message);
    };
  }

  static SocketException operation(String doing, String what, int errno) {
    return new SocketException(doing + " " + what + ": " + Errno.text(errno));
  }
}
