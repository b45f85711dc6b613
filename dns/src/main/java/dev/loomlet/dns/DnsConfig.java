package dev.loomlet.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Whom to ask and how; what {@code resolv.conf(5)} says. Immutable.
 *
 * @param servers are asked one after the other, at most {@value #MOST_SERVERS}; resolved addresses
 * @param search domains that are appended to short names, at most {@value #MOST_SEARCH_DOMAINS}
 * @param ndots a name with fewer dots is first tried with the search domains; 0 to 15
 * @param timeout how long each server may take for each try; more than 0
 * @param attempts how often all servers are tried; 1 to 5
 * @param rotate whether lookups begin with another server each time
 * @param singleRequest whether IPv6 addresses are asked for only after the answer for IPv4
 * @param useTcp whether to ask by TCP at once
 * @param ipv6 whether to ask for IPv6 addresses at all when no family is given
 */
public record DnsConfig(
    List<InetSocketAddress> servers,
    List<String> search,
    int ndots,
    Duration timeout,
    int attempts,
    boolean rotate,
    boolean singleRequest,
    boolean useTcp,
    boolean ipv6) {
  /** The port of DNS servers. */
  public static final int PORT = 53;

  /** As many as the C library heeds. */
  public static final int MOST_SERVERS = 3;

  /** Each one may cost a query for each family. */
  public static final int MOST_SEARCH_DOMAINS = 32;

  /** Checks the ranges. */
  public DnsConfig {
    servers = List.copyOf(servers);
    search = List.copyOf(search);
    require(servers.size() <= MOST_SERVERS, "servers", "at most " + MOST_SERVERS);
    for (InetSocketAddress each : servers) {
      if (each.isUnresolved() || each.getPort() == 0) {
        throw new IllegalArgumentException(
            "a DNS server needs an address and a port, unlike " + each);
      }
    }
    require(search.size() <= MOST_SEARCH_DOMAINS, "search", "at most " + MOST_SEARCH_DOMAINS);
    require(ndots >= 0 && ndots <= 15, "ndots", "between 0 and 15");
    require(timeout.isPositive(), "timeout", "more than 0");
    require(attempts >= 1 && attempts <= 5, "attempts", "between 1 and 5");
  }

  private static void require(boolean condition, String what, String range) {
    if (!condition) {
      throw new IllegalArgumentException(what + " must be " + range);
    }
  }

  /**
   * Some servers, and for the rest what holds where {@code resolv.conf} says nothing: no search
   * domains, ndots 1, five seconds, two attempts, both families at the same time.
   */
  public static DnsConfig of(InetSocketAddress... servers) {
    return new DnsConfig(
        List.of(servers), List.of(), 1, Duration.ofSeconds(5), 2, false, false, false, true);
  }

  /** The same with other servers. */
  public DnsConfig withServers(List<InetSocketAddress> newServers) {
    return new DnsConfig(
        newServers, search, ndots, timeout, attempts, rotate, singleRequest, useTcp, ipv6);
  }

  /** The same with other search domains. */
  public DnsConfig withSearch(String... newSearch) {
    return new DnsConfig(
        servers, List.of(newSearch), ndots, timeout, attempts, rotate, singleRequest, useTcp, ipv6);
  }

  /** The same with another ndots. */
  public DnsConfig withNdots(int newNdots) {
    return new DnsConfig(
        servers, search, newNdots, timeout, attempts, rotate, singleRequest, useTcp, ipv6);
  }

  /** The same with another time for each server and try. */
  public DnsConfig withTimeout(Duration newTimeout) {
    return new DnsConfig(
        servers, search, ndots, newTimeout, attempts, rotate, singleRequest, useTcp, ipv6);
  }

  /** The same with another number of attempts. */
  public DnsConfig withAttempts(int newAttempts) {
    return new DnsConfig(
        servers, search, ndots, timeout, newAttempts, rotate, singleRequest, useTcp, ipv6);
  }

  /** The same with or without rotation. */
  public DnsConfig withRotate(boolean newRotate) {
    return new DnsConfig(
        servers, search, ndots, timeout, attempts, newRotate, singleRequest, useTcp, ipv6);
  }

  /** The same with the families asked for one after the other, or both at once. */
  public DnsConfig withSingleRequest(boolean newSingleRequest) {
    return new DnsConfig(
        servers, search, ndots, timeout, attempts, rotate, newSingleRequest, useTcp, ipv6);
  }

  /** The same by TCP, or by UDP and by TCP only if an answer does not fit. */
  public DnsConfig withTcp(boolean newUseTcp) {
    return new DnsConfig(
        servers, search, ndots, timeout, attempts, rotate, singleRequest, newUseTcp, ipv6);
  }

  /** The same with or without IPv6 addresses. */
  public DnsConfig withIpv6(boolean newIpv6) {
    return new DnsConfig(
        servers, search, ndots, timeout, attempts, rotate, singleRequest, useTcp, newIpv6);
  }
}
