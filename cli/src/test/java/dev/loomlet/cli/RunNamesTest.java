package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loomlet.Loomlet;
import dev.loomlet.dns.DnsConfig;
import dev.loomlet.dns.DnsResolver;
import dev.loomlet.net.Resolvers;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Names that an unmodified program looks up, by the DNS of a real server: dnsmasq. */
@Timeout(60)
class RunNamesTest {
  private static final Path SERVER = Path.of("/usr/sbin/dnsmasq");

  @TempDir Path folder;

  private Process start(int port) throws IOException {
    return new ProcessBuilder(
            SERVER.toString(),
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
            "--host-record=host.test,10.1.2.3,fd00::123")
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  /** Not one of those that the kernel gives to anybody who asks. */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      try (DatagramSocket udp = new DatagramSocket(address)) {
        return udp.getLocalPort();
      } catch (BindException e) {
        // Somebody has it.
      }
    }
  }

  private static void awaitStart(DnsResolver resolver, Process server) throws Exception {
    while (true) {
      try {
        Loomlet.run(() -> resolver.lookup("host.test"));
        return;
      } catch (UnknownHostException e) {
        assertThat(server.isAlive()).isTrue();
        server.waitFor(20, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Test
  void inetAddressAsksTheServersOfTheDns() throws Exception {
    assumeTrue(
        Files.isExecutable(SERVER), "there is no " + SERVER + "; .ci/run installs dnsmasq-base");
    String file =
        Sources.write(
            folder,
            "Names",
            """
            import static dev.loomlet.Loomlet.*;
            void main() throws Exception {
              IO.println(Arrays.toString(InetAddress.getAllByName("host.test")));
              IO.println(InetAddress.getByAddress(new byte[] {10, 1, 2, 3}).getCanonicalHostName());
              try {
                InetAddress.getByName("nobody.test");
              } catch (UnknownHostException e) {
                IO.println(e.getMessage().contains("NXDOMAIN"));
              }
            }
            """);
    int port = freePort();
    Process server = start(port);
    try {
      DnsResolver resolver =
          new DnsResolver(
              DnsConfig.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
      awaitStart(resolver, server);
      Resolvers.setDefault(resolver);

      Completed run = InThisJvm.loomlet("run", file);

      assertThat(run)
          .isEqualTo(
              new Completed(
                  0,
                  "[host.test/10.1.2.3, host.test/fd00:0:0:0:0:0:0:123]\nhost.test\ntrue\n",
                  "",
                  null));
    } finally {
      Resolvers.setDefault(null);
      server.destroy();
      if (!server.waitFor(5, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    }
  }

  @Test
  void addressesAreOfTheFamilyThatTheJdkIsToldToTake() throws Exception {
    String file =
        Sources.write(
            folder,
            "Families",
            """
            import dev.loomlet.net.*;
            import java.net.*;
            void main() throws Exception {
              var both = List.of(InetAddress.ofLiteral("192.0.2.7"), InetAddress.ofLiteral("2001:db8::7"));
              Resolvers.setDefault(
                  new NameResolver() {
                    public List<InetAddress> lookup(String name) { return both; }
                    public List<InetAddress> lookup(String name, StandardProtocolFamily family) { return both; }
                    public String reverse(InetAddress address) { return "host.test"; }
                  });
              for (var each : InetAddress.getAllByName("host.test")) {
                IO.print(each instanceof Inet4Address ? 4 : 6);
              }
            }
            """);
    for (String[] each :
        new String[][] {
          {"java.net.preferIPv4Stack=true", "4"}, {"java.net.preferIPv6Addresses=true", "64"}
        }) {
      List<String> command =
          new ArrayList<>(InChildJvm.command(InChildJvm.projectHome(), "run", file));
      command.add(1, "-D" + each[0]);

      assertThat(InChildJvm.loomlet(folder, Map.of(), command))
          .isEqualTo(new Completed(0, each[1], "", null));
    }
  }
}
