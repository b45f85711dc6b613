package dev.loomlet.agent;

import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of a simulated socket, which are kept and given back. Time-outs, linger, and sharing
 * of ports have an effect, too; what tunes a kernel has none.
 */
final class SimulatedSocketOptions {
  private static final int BUFFER = 64 * 1024;

  /** The options of the JDK's interface, by their numbers, and what they are at first. */
  private static final Map<Integer, Object> AT_FIRST =
      Map.of(
          SocketOptions.TCP_NODELAY,
          false,
          SocketOptions.SO_REUSEPORT,
          false,
          SocketOptions.SO_KEEPALIVE,
          false,
          SocketOptions.SO_OOBINLINE,
          false,
          SocketOptions.SO_LINGER,
          -1,
          SocketOptions.SO_TIMEOUT,
          0,
          SocketOptions.IP_TOS,
          0,
          SocketOptions.SO_SNDBUF,
          BUFFER,
          SocketOptions.SO_RCVBUF,
          BUFFER);

  private static final Map<SocketOption<?>, Integer> NUMBERS = numbers();

  private final Map<Integer, Object> values = new HashMap<>(AT_FIRST);
  private final boolean server;

  SimulatedSocketOptions(boolean server) {
    this.server = server;
    // As on Linux, where a server's address is free while old connections of it still fade away.
    values.put(SocketOptions.SO_REUSEADDR, server);
  }

  private static Map<SocketOption<?>, Integer> numbers() {
    Map<SocketOption<?>, Integer> numbers = new LinkedHashMap<>();
    numbers.put(StandardSocketOptions.SO_REUSEADDR, SocketOptions.SO_REUSEADDR);
    numbers.put(StandardSocketOptions.SO_REUSEPORT, SocketOptions.SO_REUSEPORT);
    numbers.put(StandardSocketOptions.SO_RCVBUF, SocketOptions.SO_RCVBUF);
    numbers.put(StandardSocketOptions.SO_SNDBUF, SocketOptions.SO_SNDBUF);
    numbers.put(StandardSocketOptions.SO_KEEPALIVE, SocketOptions.SO_KEEPALIVE);
    numbers.put(StandardSocketOptions.SO_LINGER, SocketOptions.SO_LINGER);
    numbers.put(StandardSocketOptions.TCP_NODELAY, SocketOptions.TCP_NODELAY);
    numbers.put(StandardSocketOptions.IP_TOS, SocketOptions.IP_TOS);
    return numbers;
  }

  Set<SocketOption<?>> supported() {
    return server
        ? Set.of(
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.SO_REUSEPORT)
        : NUMBERS.keySet();
  }

  int numberOf(SocketOption<?> option) {
    Integer number = supported().contains(option) ? NUMBERS.get(option) : null;
    if (number == null) {
      throw new UnsupportedOperationException("'" + option + "' not supported");
    }
    return number;
  }

  void set(int option, @Nullable Object value) throws SocketException {
    Object before = values.get(option);
    if (before == null) {
      throw new SocketException("the simulated network does not know socket option " + option);
    }
    if (option == SocketOptions.SO_LINGER && value instanceof Boolean) {
      values.put(option, -1);
    } else if (before.getClass().isInstance(value)) {
      values.put(option, value);
    } else {
      throw new SocketException("bad value of socket option " + option + ": " + value);
    }
  }

  Object get(int option) throws SocketException {
    Object value = values.get(option);
    if (value == null) {
      throw new SocketException("the simulated network does not know socket option " + option);
    }
    return value;
  }

  long timeoutNanos() {
    return number(SocketOptions.SO_TIMEOUT) * 1_000_000L;
  }

  int linger() {
    return number(SocketOptions.SO_LINGER);
  }

  private int number(int option) {
    return values.get(option) instanceof Integer number ? number : 0;
  }

  boolean isSet(int option) {
    return Boolean.TRUE.equals(values.get(option));
  }
}
