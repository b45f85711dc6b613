package dev.loomlet.engine;

import java.net.SocketOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A socket option as the kernel numbers it (socket(7), tcp(7), ip(7)); the same on x86-64 and
 * AArch64. Options are found by name, so that those of the module {@code jdk.net} work without a
 * dependency on it.
 */
record LinuxOption(int level, int number) {
  private static final int SOL_SOCKET = 1;
  private static final int IPPROTO_IP = 0;
  private static final int IPPROTO_TCP = 6;

  private static final Map<String, LinuxOption> BY_NAME =
      Map.ofEntries(
          Map.entry("SO_REUSEADDR", new LinuxOption(SOL_SOCKET, 2)),
          Map.entry("SO_BROADCAST", new LinuxOption(SOL_SOCKET, 6)),
          Map.entry("SO_SNDBUF", new LinuxOption(SOL_SOCKET, 7)),
          Map.entry("SO_RCVBUF", new LinuxOption(SOL_SOCKET, 8)),
          Map.entry("SO_KEEPALIVE", new LinuxOption(SOL_SOCKET, 9)),
          Map.entry("SO_LINGER", new LinuxOption(SOL_SOCKET, 13)),
          Map.entry("SO_REUSEPORT", new LinuxOption(SOL_SOCKET, 15)),
          Map.entry("IP_TOS", new LinuxOption(IPPROTO_IP, 1)),
          Map.entry("TCP_NODELAY", new LinuxOption(IPPROTO_TCP, 1)),
          Map.entry("TCP_KEEPIDLE", new LinuxOption(IPPROTO_TCP, 4)),
          Map.entry("TCP_KEEPINTERVAL", new LinuxOption(IPPROTO_TCP, 5)),
          Map.entry("TCP_KEEPCOUNT", new LinuxOption(IPPROTO_TCP, 6)),
          Map.entry("TCP_QUICKACK", new LinuxOption(IPPROTO_TCP, 12)));

  static final LinuxOption PENDING_ERROR = new LinuxOption(SOL_SOCKET, 4);

  /** The family of a socket. */
  static final LinuxOption DOMAIN = new LinuxOption(SOL_SOCKET, 39);

  /**
   * Finds an option.
   *
   * @throws UnsupportedOperationException if it is not known here
   */
  static LinuxOption of(SocketOption<?> option) {
    @Nullable LinuxOption known = BY_NAME.get(option.name());
    if (known == null) {
      throw new UnsupportedOperationException(
          "socket option " + option.name() + " is not supported by engines of Linux");
    }
    return known;
  }

  boolean isLinger() {
    return level == SOL_SOCKET && number == 13;
  }
}
