package dev.loomlet.sim.net;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options of a simulated socket: kept, and given back, whether they have an effect or not. */
final class SocketOptions {
  private static final Map<SocketOption<?>, Object> USUAL =
      Map.of(
          StandardSocketOptions.TCP_NODELAY, true,
          StandardSocketOptions.SO_KEEPALIVE, false,
          StandardSocketOptions.SO_LINGER, -1,
          StandardSocketOptions.SO_REUSEADDR, false,
          StandardSocketOptions.SO_REUSEPORT, false,
          StandardSocketOptions.SO_BROADCAST, false,
          StandardSocketOptions.SO_RCVBUF, SimStreamSocket.WINDOW,
          StandardSocketOptions.SO_SNDBUF, SimStreamSocket.WINDOW,
          StandardSocketOptions.IP_TOS, 0);

  private @Nullable Map<SocketOption<?>, Object> values;

  <T> void set(SocketOption<T> option, T value) {
    if (values == null) {
      values = new HashMap<>();
    }
    values.put(option, value);
  }

  <T> T get(SocketOption<T> option) {
    Object value = values == null ? null : values.get(option);
    if (value == null) {
      value = USUAL.get(option);
    }
    if (value == null) {
      throw new UnsupportedOperationException(
          "the simulated network does not know the option " + option.name());
    }
    return option.type().cast(value);
  }
}
