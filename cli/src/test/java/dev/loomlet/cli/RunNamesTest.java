package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loomlet.bench.Dnsmasq;
import dev.loomlet.dns.DnsConfig;
import dev.loomlet.dns.DnsResolver;
import dev.loomlet.net.Resolvers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Names that an unmodified program looks up, by the DNS of a real server: dnsmasq. */
@Timeout(60)
class RunNamesTest {
  @TempDir Path folder;

  @Test
  void inetAddressAsksTheServersOfTheDns() throws Exception {
    assumeTrue(Dnsmasq.isInstalled(), "there is no dnsmasq; .ci/run installs dnsmasq-base");
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
    try (Dnsmasq server =
        Dnsmasq.start("--local=/test/", "--host-record=host.test,10.1.2.3,fd00::123")) {
      Resolvers.setDefault(new DnsResolver(DnsConfig.of(server.address())));

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
