package dev.loomlet.cli.doctor;

import dev.loomlet.CancelScope;
import dev.loomlet.Loomlet;
import dev.loomlet.dns.DnsConfig;
import dev.loomlet.dns.DnsResolver;
import dev.loomlet.net.NameResolver;
import dev.loomlet.net.Resolvers;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Who resolves host names, and whether that works. */
final class NameCheck {
  private static final String NAME = "host names";
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private NameCheck() {}

  static Check check() {
    try {
      return Loomlet.run(
          () -> {
            CancelScope scope = new CancelScope().withDeadline(PATIENCE);
            Check found = scope.call(() -> look(Resolvers.getDefault()));
            return found != null
                ? found
                : Check.warning(
                    NAME,
                    "localhost was not resolved within " + PATIENCE.toSeconds() + " s",
                    "look at /etc/hosts, /etc/resolv.conf and /etc/nsswitch.conf");
          });
    } catch (IllegalArgumentException e) {
      return Check.warning(NAME, "not tried", "choose an engine that works first");
    } catch (Exception | LinkageError e) {
      return Check.warning(
          NAME,
          "localhost cannot be resolved: " + e.getMessage(),
          "look at /etc/hosts, /etc/resolv.conf and /etc/nsswitch.conf");
    }
  }

  /** Asks nobody outside: whether the servers answer, the first program will see. */
  private static Check look(NameResolver resolver) throws Exception {
    String local =
        resolver.lookup("localhost").stream()
            .map(InetAddress::getHostAddress)
            .collect(Collectors.joining(", "));
    if (!(resolver instanceof DnsResolver dns)) {
      return Check.ok(NAME, "by " + resolver + "; localhost is " + local);
    }
    DnsConfig config = dns.config();
    List<String> servers =
        config.servers().stream().map(each -> each.getAddress().getHostAddress()).toList();
    return Check.ok(
        NAME,
        "by DNS servers "
            + String.join(", ", servers)
            + (config.search().isEmpty() ? "" : ", search " + String.join(" ", config.search()))
            + "; localhost is "
            + local);
  }
}
