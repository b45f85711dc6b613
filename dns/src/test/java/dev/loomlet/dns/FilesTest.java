package dev.loomlet.dns;

import static dev.loomlet.dns.ScriptedServer.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.dns.OnEveryEngine.TestLoop;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the machine's files are understood, and noticed when they change. */
final class FilesTest {
  @TempDir Path folder;

  private static InetSocketAddress server(String literal) {
    return new InetSocketAddress(address(literal), 53);
  }

  @Test
  void understandsResolvConf() {
    DnsConfig config =
        ResolvConf.parse(
            """
            # a comment
            ; another
            domain old.test
            search one.test. two.test . -
            nameserver 10.0.0.1
            \tnameserver   fe80::1%1  # behind it
            nameserver nonsense
            nameserver
            nameserver 10.0.0.3
            nameserver 10.0.0.4
            options ndots:3 timeout:99 attempts:0 rotate unknown debug
            options single-request use-vc no-aaaa ndots:x
            sortlist 1.2.3.4
            """,
            null, null);
    assertThat(config.servers()).hasSize(3);
    assertThat(config.servers()).contains(server("10.0.0.1"), server("10.0.0.3"));
    assertThat(config.search()).containsExactly("one.test", "two.test", "-");
    assertThat(config.ndots()).isEqualTo(3);
    assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.attempts()).isEqualTo(1);
    assertThat(config.rotate()).isTrue();
    assertThat(config.singleRequest()).isTrue();
    assertThat(config.useTcp()).isTrue();
    assertThat(config.ipv6()).isFalse();
  }

  @Test
  void hasTheDefaultsOfTheCLibrary() {
    assertThat(ResolvConf.parse("", null, null)).isEqualTo(DnsConfig.of(server("127.0.0.1")));
  }

  @Test
  void obeysTheEnvironment() {
    DnsConfig config =
        ResolvConf.parse("search one.test\noptions ndots:2", "two.test three.test", "ndots:4");
    assertThat(config.search()).containsExactly("two.test", "three.test");
    assertThat(config.ndots()).isEqualTo(4);
  }

  @Test
  void understandsTheHostsFile() {
    HostsFile hosts =
        HostsFile.parse(
            """
            127.0.0.1 localhost
            10.0.0.1\tHost.Test  alias # comment
            fd00::1 host.test.
            10.0.0.2 host.test
            10.0.0.2 host.test
            nonsense host.test
            10.0.0.3
            #10.0.0.4 host.test
            """);
    assertThat(hosts.find("host.test"))
        .containsExactly(address("10.0.0.1"), address("fd00::1"), address("10.0.0.2"));
    assertThat(hosts.find("alias")).containsExactly(address("10.0.0.1"));
    assertThat(hosts.find("other")).isEmpty();
    assertThat(hosts.find(address("10.0.0.1"))).isEqualTo("host.test");
    assertThat(hosts.find(address("10.0.0.9"))).isNull();
  }

  @Test
  void understandsTheOrder() {
    assertThat(LookupOrder.parse("")).isEqualTo(LookupOrder.FILES_DNS);
    assertThat(LookupOrder.parse("passwd: files\nhosts:  files dns # x"))
        .isEqualTo(LookupOrder.FILES_DNS);
    assertThat(LookupOrder.parse("hosts: dns [!UNAVAIL=return] files"))
        .isEqualTo(LookupOrder.DNS_FILES);
    assertThat(LookupOrder.parse("hosts: files mdns4 [NOTFOUND=return]"))
        .isEqualTo(LookupOrder.FILES);
    assertThat(LookupOrder.parse("hosts: dns")).isEqualTo(LookupOrder.DNS);
    assertThat(LookupOrder.parse("hosts: mymachines resolve [!UNAVAIL=return] files dns"))
        .isEqualTo(LookupOrder.DNS_FILES);
  }

  private DnsResolver resolver() {
    return new DnsResolver(new Settings.Source(new SystemFiles(folder, null, null), null, null));
  }

  @Test
  void givesWhatTheHostsFileSaysAndNotMore() throws Exception {
    Files.writeString(folder.resolve("hosts"), "10.0.0.1 host.test\n127.0.0.9 localhost\n");
    Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:1");
    Files.writeString(folder.resolve("nsswitch.conf"), "hosts: files");
    TestLoop.standard()
        .run(
            () -> {
              DnsResolver resolver = resolver();
              assertThat(resolver.lookup("Host.test")).containsExactly(address("10.0.0.1"));
              assertThat(resolver.lookup("localhost")).containsExactly(address("127.0.0.9"));
              assertThat(resolver.reverse(address("10.0.0.1"))).isEqualTo("host.test");
              assertThatThrownBy(() -> resolver.lookup("host.test", StandardProtocolFamily.INET6))
                  .isInstanceOf(UnknownHostException.class)
                  .hasMessageContaining("the hosts file has no IPv6 address");
              assertThatThrownBy(() -> resolver.lookup("other.test"))
                  .isInstanceOf(UnknownHostException.class)
                  .hasMessageContaining("nsswitch.conf has no DNS");
              assertThatThrownBy(() -> resolver.reverse(address("10.0.0.9")))
                  .isInstanceOf(UnknownHostException.class);
            });
  }

  @OnEveryEngine
  void noticesThatTheFilesHaveChanged(TestLoop loop) throws Exception {
    Path hosts = folder.resolve("hosts");
    Files.writeString(hosts, "10.0.0.1 host.test\n");
    Files.writeString(folder.resolve("nsswitch.conf"), "hosts: files");
    loop.run(
        () -> {
          DnsResolver resolver = resolver();
          assertThat(resolver.lookup("host.test")).containsExactly(address("10.0.0.1"));
          Path fresh = folder.resolve("hosts.new");
          Files.writeString(fresh, "10.0.0.2 host.test\n");
          Files.move(fresh, hosts, StandardCopyOption.REPLACE_EXISTING);
          loop.advanceSeconds(2);
          assertThat(resolver.lookup("host.test")).containsExactly(address("10.0.0.2"));
          Files.delete(hosts);
          loop.advanceSeconds(2);
          assertThatThrownBy(() -> resolver.lookup("host.test"))
              .isInstanceOf(UnknownHostException.class);
          Files.writeString(folder.resolve("resolv.conf"), "nameserver 10.9.9.9");
          loop.advanceSeconds(2);
          assertThat(resolver.config().servers()).containsExactly(server("10.9.9.9"));
        });
  }
}
