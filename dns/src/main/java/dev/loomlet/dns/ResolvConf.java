package dev.loomlet.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Understands {@code resolv.conf(5)}. Lines that mean nothing are passed over, numbers out of range
 * are brought into it, as the C library does.
 */
final class ResolvConf {
  private static final InetSocketAddress THIS_MACHINE =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), DnsConfig.PORT);

  private final List<InetSocketAddress> servers = new ArrayList<>();
  private List<String> search = List.of();
  private int ndots = 1;
  private int timeout = 5;
  private int attempts = 2;
  private boolean rotate;
  private boolean singleRequest;
  private boolean useTcp;
  private boolean ipv6 = true;

  private ResolvConf() {}

  /**
   * Understands a file.
   *
   * @param text its content; empty if there is none
   * @param domains what {@code LOCALDOMAIN} says instead of the file, or null
   * @param options what {@code RES_OPTIONS} says after the file, or null
   */
  static DnsConfig parse(String text, @Nullable String domains, @Nullable String options) {
    ResolvConf conf = new ResolvConf();
    text.lines().forEach(conf::line);
    if (domains != null) {
      conf.search = conf.domains(domains);
    }
    if (options != null) {
      conf.options(options);
    }
    if (conf.servers.isEmpty()) {
      conf.servers.add(THIS_MACHINE);
    }
    return new DnsConfig(
        conf.servers,
        conf.search,
        conf.ndots,
        Duration.ofSeconds(conf.timeout),
        conf.attempts,
        conf.rotate,
        conf.singleRequest,
        conf.useTcp,
        conf.ipv6);
  }

  private void line(String line) {
    if (line.startsWith("#") || line.startsWith(";")) {
      return;
    }
    String[] parts = line.strip().split("\\s+", 2);
    if (parts.length < 2) {
      return;
    }
    switch (parts[0]) {
      case "nameserver" -> server(firstWord(parts[1]));
      case "domain" -> search = domains(firstWord(parts[1]));
      case "search" -> search = domains(parts[1]);
      case "options" -> options(parts[1]);
      default -> {}
    }
  }

  private static String firstWord(String text) {
    return text.split("\\s+", 2)[0];
  }

  private void server(String literal) {
    if (servers.size() == DnsConfig.MOST_SERVERS) {
      return;
    }
    try {
      servers.add(new InetSocketAddress(InetAddress.ofLiteral(literal), DnsConfig.PORT));
    } catch (IllegalArgumentException e) {
      // Not an address, or the scope names an interface that is not there.
    }
  }

  private List<String> domains(String text) {
    List<String> domains = new ArrayList<>();
    for (String each : text.strip().split("\\s+", -1)) {
      String domain = each.endsWith(".") ? each.substring(0, each.length() - 1) : each;
      // One that is not a name, such as "." for the root, adds nothing.
      if (HostName.isValid(domain) && domains.size() < DnsConfig.MOST_SEARCH_DOMAINS) {
        domains.add(domain);
      }
    }
    return domains;
  }

  private void options(String text) {
    for (String each : text.strip().split("\\s+", -1)) {
      int colon = each.indexOf(':');
      String name = colon < 0 ? each : each.substring(0, colon);
      String value = colon < 0 ? "" : each.substring(colon + 1);
      switch (name) {
        case "ndots" -> ndots = number(value, 0, 15, ndots);
        case "timeout" -> timeout = number(value, 1, 30, timeout);
        case "attempts" -> attempts = number(value, 1, 5, attempts);
        case "rotate" -> rotate = true;
        case "single-request", "single-request-reopen" -> singleRequest = true;
        case "use-vc" -> useTcp = true;
        case "no-aaaa" -> ipv6 = false;
        default -> {}
      }
    }
  }

  private static int number(String text, int least, int most, int otherwise) {
    try {
      return Math.clamp(Long.parseLong(text), least, most);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
