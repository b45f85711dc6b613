package dev.loomlet.net;

import static dev.loomlet.net.Pair.text;
import static dev.loomlet.net.Pair.withPair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;

/** Addresses, names and socket options of streams. */
@Timeout(120)
final class TcpStreamAddressesTest {

  @OnEveryEngine
  void saysWhereNobodyListens(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int port;
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            port = listener.port();
          }
          assertThatThrownBy(() -> TcpStream.connect("127.0.0.1", port))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("127.0.0.1:" + port)
              .hasMessageContaining("refused");
        });
  }

  @OnEveryEngine
  void saysWhichNameCannotBeResolved(TestLoop loop) throws Exception {
    loop.run(
        () ->
            assertThatThrownBy(() -> TcpStream.connect("no-such-host.invalid", 80))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid"));
  }

  @OnEveryEngine
  void refusesPortsThatDoNotExist(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          assertThatThrownBy(() -> TcpStream.connect("127.0.0.1", 65_536))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("65536");
          assertThatThrownBy(() -> TcpListener.bind("127.0.0.1", -1))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> TcpListener.bind("", 0))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("empty");
        });
  }

  @OnEveryEngine
  void connectsToNames(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("localhost", 0);
              TcpStream stream = TcpStream.connect("localhost", listener.port())) {
            assertThat(stream.isOpen()).isTrue();
          }
        });
  }

  @OnEveryEngine
  void speaksIpv6(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          TcpListener listener;
          try {
            listener = TcpListener.bind("::1", 0);
          } catch (IOException e) {
            Assumptions.abort("no IPv6 loopback here: " + e.getMessage());
            return;
          }
          try (listener;
              TcpStream near = TcpStream.connect("::1", listener.port());
              TcpStream far = listener.accept()) {
            near.write(text("six"));
            assertThat(far.read(new byte[10])).isEqualTo(3);
            assertThat(far.remoteAddress()).isEqualTo(near.localAddress());
            assertThat(near.remoteAddress().getPort()).isEqualTo(listener.port());
            assertThat(listener.toString()).contains("[0:0:0:0:0:0:0:1]:");
          }
        });
  }

  @OnEveryEngine
  void acceptsIpv4OnTheIpv6Wildcard(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          TcpListener listener;
          try {
            listener = TcpListener.bind("::", 0);
          } catch (IOException e) {
            Assumptions.abort("no IPv6 here: " + e.getMessage());
            return;
          }
          try (listener;
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            near.write(text("four"));
            assertThat(far.read(new byte[10])).isEqualTo(4);
          }
        });
  }

  @OnEveryEngine
  void knowsItsAddresses(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          assertThat(near.localAddress()).isEqualTo(far.remoteAddress());
          assertThat(far.localAddress()).isEqualTo(near.remoteAddress());
          assertThat(near.localAddress().getAddress())
              .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
        });
  }

  @OnEveryEngine
  void keepsTheSocketOptionsPeopleUse(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          assertThat(near.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
          assertThat(far.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
          near.setOption(StandardSocketOptions.TCP_NODELAY, false)
              .setOption(StandardSocketOptions.SO_KEEPALIVE, true)
              .setOption(StandardSocketOptions.SO_LINGER, 3)
              .setOption(StandardSocketOptions.SO_RCVBUF, 20_000)
              .setOption(StandardSocketOptions.SO_SNDBUF, 20_000)
              .setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 77);
          assertThat(near.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
          assertThat(near.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
          assertThat(near.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(3);
          assertThat(near.getOption(StandardSocketOptions.SO_RCVBUF))
              .isGreaterThanOrEqualTo(20_000);
          assertThat(near.getOption(StandardSocketOptions.SO_SNDBUF))
              .isGreaterThanOrEqualTo(20_000);
          assertThat(near.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(77);
          near.setOption(StandardSocketOptions.SO_LINGER, -1);
          assertThat(near.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
          assertThatThrownBy(() -> near.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true))
              .isInstanceOf(UnsupportedOperationException.class);
        });
  }
}
