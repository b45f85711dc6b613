package dev.loomlet.engine;

import dev.loomlet.linux.DatagramCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of sockets for datagrams that have one number for IPv4 and another one for IPv6 (ip(7),
 * ipv6(7)). A socket of IPv6 speaks both, so it is given both.
 */
record LinuxMessageOption(int v4, int v6) {
  private static final int IPPROTO_IP = 0;
  private static final int IPPROTO_IPV6 = 41;
  private static final String INTERFACE = "IP_MULTICAST_IF";

  private static final Map<String, LinuxMessageOption> BY_NAME =
      Map.of(
          "IP_TOS",
          new LinuxMessageOption(1, 67),
          INTERFACE,
          new LinuxMessageOption(32, 17),
          "IP_MULTICAST_TTL",
          new LinuxMessageOption(33, 18),
          "IP_MULTICAST_LOOP",
          new LinuxMessageOption(34, 19));

  static <T> void set(
      LinuxMessageSocket socket,
      DatagramCalls datagrams,
      int family,
      SocketOption<T> option,
      T value)
      throws IOException {
    @Nullable LinuxMessageOption known = BY_NAME.get(option.name());
    int number =
        switch (value) {
          case Boolean on -> on ? 1 : 0;
          case NetworkInterface network -> network.getIndex();
          default -> (Integer) value;
        };
    if (known == null || family == SystemCalls.AF_UNIX) {
      LinuxOption general = LinuxOption.of(option);
      check(
          socket,
          "set",
          option,
          socket.calls.setOption(socket.fd, general.level(), general.number(), number));
      return;
    }
    int result =
        option.name().equals(INTERFACE)
            ? datagrams.setMulticastInterface(socket.fd, number)
            : socket.calls.setOption(socket.fd, IPPROTO_IP, known.v4, number);
    check(socket, "set", option, result);
    if (family == SystemCalls.AF_INET6) {
      check(
          socket, "set", option, socket.calls.setOption(socket.fd, IPPROTO_IPV6, known.v6, number));
    }
  }

  static <T> T get(LinuxMessageSocket socket, int family, SocketOption<T> option)
      throws IOException {
    @Nullable LinuxMessageOption known = BY_NAME.get(option.name());
    int level;
    int name;
    if (known == null || family == SystemCalls.AF_UNIX) {
      LinuxOption general = LinuxOption.of(option);
      level = general.level();
      name = general.number();
    } else if (family == SystemCalls.AF_INET6) {
      level = IPPROTO_IPV6;
      name = known.v6;
    } else if (option.name().equals(INTERFACE)) {
      throw new UnsupportedOperationException(
          "the kernel does not tell which interface was chosen for groups of IPv4");
    } else {
      level = IPPROTO_IP;
      name = known.v4;
    }
    check(socket, "get", option, socket.calls.getOption(socket.fd, level, name));
    int number = socket.calls.optionValue(0);
    Object value;
    if (option.type() == Boolean.class) {
      value = number != 0;
    } else if (option.type() == NetworkInterface.class) {
      value = NetworkInterface.getByIndex(number);
    } else {
      value = number;
    }
    return option.type().cast(value);
  }

  private static void check(
      LinuxMessageSocket socket, String doing, SocketOption<?> option, int result)
      throws IOException {
    if (result < 0) {
      throw SocketFailure.operation(
          "cannot " + doing + " " + option.name() + " of", socket.describe(), -result);
    }
  }
}
