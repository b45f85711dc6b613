package dev.loomlet.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which names can be asked for. */
final class HostNameTest {

  @ParameterizedTest
  @CsvSource({
    "Host.Example.COM, host.example.com",
    "host, host",
    "_sip._tcp.example.com, _sip._tcp.example.com",
    "bücher.example, xn--bcher-kva.example",
    "例え。テスト, xn--r8jz45g.xn--zckzah",
    "3com.com, 3com.com",
  })
  void takesNamesInAnyAlphabet(String written, String text) throws Exception {
    assertThat(HostName.parse(written)).isEqualTo(new HostName(text, false));
    assertThat(HostName.parse(written + ".")).isEqualTo(new HostName(text, true));
  }

  @ParameterizedTest
  @CsvSource({
    "'', empty",
    "., empty",
    "a..b, between two dots",
    ".a, between two dots",
    "a.., between two dots",
    "a b, U+0020 is not allowed",
    "a/b, is not allowed",
    "a\u0000b, U+0000 is not allowed",
    "1.2.3.256, like an IPv4 address",
    "1.2.3.4.5, like an IPv4 address",
    "fe80::1%nosuchinterface, like an IPv6 address",
  })
  void saysWhatIsWrongWithAName(String written, String why) {
    assertThatThrownBy(() -> HostName.parse(written))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("is not a host name")
        .hasMessageContaining(why);
  }

  @Test
  void limitsLengths() throws Exception {
    String label = "a".repeat(63);
    String longest = label + "." + label + "." + label + "." + "a".repeat(61);
    assertThat(HostName.parse(longest).text()).hasSize(253);
    assertThatThrownBy(() -> HostName.parse(longest + "a")).hasMessageContaining("253");
    assertThatThrownBy(() -> HostName.parse(label + "a")).hasMessageContaining("63");
    assertThatThrownBy(() -> HostName.parse("x".repeat(1_000_000)))
        .hasMessageContaining("253")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    assertThatThrownBy(() -> HostName.parse("ü".repeat(70))).hasMessageContaining("host name");
  }

  @Test
  void leavesOutSearchDomainsThatWouldMakeItTooLong() throws Exception {
    DnsConfig config = DnsConfig.of().withSearch("a".repeat(60) + ".test", "b.test");
    String label = "x".repeat(63);
    HostName name = HostName.parse(label + "." + label + "." + label);
    assertThat(name.candidates(config.withNdots(5))).hasSize(2).last().isEqualTo(name.text());
  }

  @Test
  void refusesConfigurationsThatMakeNoSense() {
    DnsConfig config = DnsConfig.of();
    assertThatThrownBy(() -> config.withNdots(16)).hasMessageContaining("ndots");
    assertThatThrownBy(() -> config.withAttempts(0)).hasMessageContaining("attempts");
    assertThatThrownBy(() -> config.withTimeout(Duration.ZERO)).hasMessageContaining("timeout");
  }
}
