package dev.loomlet.net;

import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;

/** Datagrams to groups, on the loopback interface. */
@Timeout(60)
final class MulticastTest {
  private static final InetAddress GROUP = InetAddress.ofLiteral("239.192.77.5");
  private static final InetAddress OTHER_GROUP = InetAddress.ofLiteral("239.192.77.6");
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private interface Code {
    void run(UdpSocket sender, UdpSocket member, NetworkInterface loopback) throws Exception;
  }

  private static void withSockets(TestLoop loop, Code code) throws Exception {
    NetworkInterface loopback = NetworkInterface.getByInetAddress(LOOPBACK);
    assumeTrue(loopback != null, "no loopback interface");
    loop.run(
        () -> {
          UdpOptions shared = UdpOptions.DEFAULT.withReuseAddress(true);
          try (UdpSocket sender = UdpSocket.bind("127.0.0.1", 0);
              UdpSocket member = UdpSocket.bind(new InetSocketAddress("0.0.0.0", 0), shared)) {
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
            sender.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            sender.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 0);
            code.run(sender, member, loopback);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static void assertNothingComes(UdpSocket socket) {
    assertThatThrownBy(() -> socket.receive(Duration.ofMillis(5)))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @OnEveryEngine
  void reachAllMembersOfTheGroupAndNobodyElse(TestLoop loop) throws Exception {
    withSockets(
        loop,
        (sender, member, loopback) -> {
          // given: two members, and one of another group, on the same port
          InetSocketAddress port = new InetSocketAddress("0.0.0.0", member.port());
          UdpOptions shared = UdpOptions.DEFAULT.withReuseAddress(true);
          try (UdpSocket second = UdpSocket.bind(port, shared);
              UdpSocket other = UdpSocket.bind(port, shared)) {
            member.join(GROUP, loopback);
            second.join(GROUP, loopback);
            other.join(OTHER_GROUP, loopback);
            // when
            sender.send(text("to all"), new InetSocketAddress(GROUP, member.port()));
            // then
            assertThat(member.receive(Duration.ofSeconds(30)).text()).isEqualTo("to all");
            assertThat(second.receive(Duration.ofSeconds(30)).text()).isEqualTo("to all");
            assertNothingComes(other);
          }
        });
  }

  @OnEveryEngine
  void stopComingWhenTheGroupIsLeft(TestLoop loop) throws Exception {
    withSockets(
        loop,
        (sender, member, loopback) -> {
          InetSocketAddress to = new InetSocketAddress(GROUP, member.port());
          member.join(GROUP, loopback);
          sender.send(text("in"), to);
          assertThat(member.receive(Duration.ofSeconds(30)).text()).isEqualTo("in");
          member.leave(GROUP, loopback);
          sender.send(text("out"), to);
          assertNothingComes(member);
          assertThatThrownBy(() -> member.leave(GROUP, loopback))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("239.192.77.5");
        });
  }

  @OnEveryEngine
  void comeFromOneSourceAloneIfAsked(TestLoop loop) throws Exception {
    withSockets(
        loop,
        (sender, member, loopback) -> {
          InetSocketAddress to = new InetSocketAddress(GROUP, member.port());
          // somebody else's
          member.join(GROUP, loopback, InetAddress.ofLiteral("127.0.0.9"));
          sender.send(text("unwanted"), to);
          assertNothingComes(member);
          member.leave(GROUP, loopback, InetAddress.ofLiteral("127.0.0.9"));
          // the sender's
          member.join(GROUP, loopback, LOOPBACK);
          sender.send(text("wanted"), to);
          assertThat(member.receive(Duration.ofSeconds(30)).text()).isEqualTo("wanted");
        });
  }

  @OnEveryEngine
  void needTheAddressOfAGroup(TestLoop loop) throws Exception {
    withSockets(
        loop,
        (sender, member, loopback) -> {
          assertThatThrownBy(() -> member.join(LOOPBACK))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("127.0.0.1");
          assertThatThrownBy(() -> member.join(InetAddress.ofLiteral("ff02::77"), loopback))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("IPv4");
        });
  }

  @OnEveryEngine
  void areJoinedOnce(TestLoop loop) throws Exception {
    withSockets(
        loop,
        (_, member, loopback) -> {
          member.join(GROUP, loopback);
          assertThatThrownBy(() -> member.join(GROUP, loopback))
              .isInstanceOf(SocketException.class)
              .hasMessageEndingWith(": in it already");
          member.leave(GROUP, loopback);
          assertThatThrownBy(() -> member.leave(GROUP, loopback))
              .isInstanceOf(SocketException.class)
              .hasMessageEndingWith(": not in it");
          member.join(GROUP, loopback);
        });
  }
}
