package dev.loomlet.dns;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.dns.ScriptedServer.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.dns.OnEveryEngine.TestLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against dnsmasq, if it is installed (Debian: {@code dnsmasq-base}). */
@Timeout(60)
final class RealServerTest {
  private static final List<Path> PLACES =
      List.of(Path.of("/usr/sbin/dnsmasq"), Path.of("/usr/local/sbin/dnsmasq"));

  @TempDir Path folder;

  private Process start(int port) throws IOException {
    Path program =
        PLACES.stream()
            .filter(Files::isExecutable)
            .findFirst()
            .orElseGet(
                () -> Assumptions.abort("dnsmasq is not installed: apt-get install dnsmasq-base"));
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--pid-file=" + folder.resolve("pid"),
                "--user=" + System.getProperty("user.name"),
                "--no-resolv",
                "--no-hosts",
                "--listen-address=127.0.0.1",
                "--bind-interfaces",
                "--port=" + port,
                "--local=/test/",
                "--auth-ttl=60",
                "--local-ttl=60",
                "--host-record=host.test,10.1.2.3,fd00::123",
                "--host-record=four.test,10.1.2.4",
                "--cname=alias.test,host.test"));
    for (int i = 0; i < 150; i++) {
      command.add("--host-record=big.test,10.2.0." + i);
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  /** Free for UDP and TCP, and not one of those that the kernel gives to anybody who asks. */
  private static int freePort() throws IOException {
    InetAddress loopback = address("127.0.0.1");
    for (int tries = 0; ; tries++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (DatagramSocket udp = new DatagramSocket(new InetSocketAddress(loopback, port));
          ServerSocket tcp = new ServerSocket(port, 1, loopback)) {
        assertThat(udp.getLocalPort()).isEqualTo(tcp.getLocalPort());
        return port;
      } catch (BindException e) {
        if (tries == 50) {
          throw e;
        }
      }
    }
  }

  @OnEveryEngine
  void understandsARealServer(TestLoop loop) throws Exception {
    int port = freePort();
    Process server = start(port);
    try {
      loop.run(
          () -> {
            DnsResolver resolver =
                new DnsResolver(
                    DnsConfig.of(new InetSocketAddress(address("127.0.0.1"), port))
                        .withTimeout(Duration.ofSeconds(5)));
            awaitStart(resolver, server);
            assertThat(resolver.lookup("host.test"))
                .containsExactly(address("10.1.2.3"), address("fd00::123"));
            assertThat(resolver.lookup("alias.test"))
                .containsExactly(address("10.1.2.3"), address("fd00::123"));
            assertThat(resolver.lookup("four.test")).containsExactly(address("10.1.2.4"));
            assertThatThrownBy(() -> resolver.lookup("four.test", StandardProtocolFamily.INET6))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no AAAA record");
            assertThatThrownBy(() -> resolver.lookup("nobody.test"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("NXDOMAIN");
            assertThat(resolver.reverse(address("10.1.2.3"))).isEqualTo("host.test");
            // Too much for UDP, so it comes by TCP.
            List<InetAddress> many = resolver.lookup("big.test", StandardProtocolFamily.INET);
            assertThat(many).hasSize(150);
          });
    } finally {
      server.destroy();
      if (!server.waitFor(5, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    }
  }

  private void awaitStart(DnsResolver resolver, Process server) throws Exception {
    while (true) {
      try {
        resolver.lookup("host.test");
        return;
      } catch (UnknownHostException e) {
        if (!server.isAlive()) {
          throw new AssertionError(Files.readString(folder.resolve("log")), e);
        }
        sleep(20);
      }
    }
  }
}
