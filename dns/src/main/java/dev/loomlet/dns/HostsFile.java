package dev.loomlet.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code hosts(5)} says. Immutable. */
final class HostsFile {
  static final HostsFile EMPTY = new HostsFile(Map.of(), Map.of());

  private final Map<String, List<InetAddress>> addresses;
  private final Map<InetAddress, String> names;

  private HostsFile(Map<String, List<InetAddress>> addresses, Map<InetAddress, String> names) {
    this.addresses = addresses;
    this.names = names;
  }

  /** Understands a file; lines that mean nothing are passed over. */
  static HostsFile parse(String text) {
    Map<String, List<InetAddress>> addresses = new HashMap<>();
    Map<InetAddress, String> names = new HashMap<>();
    text.lines().forEach(line -> parseLine(line, addresses, names));
    return new HostsFile(addresses, names);
  }

  private static void parseLine(
      String line, Map<String, List<InetAddress>> addresses, Map<InetAddress, String> names) {
    int comment = line.indexOf('#');
    String[] words = (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+", -1);
    if (words.length < 2) {
      return;
    }
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(words[0]);
    } catch (IllegalArgumentException e) {
      return;
    }
    for (int i = 1; i < words.length; i++) {
      String name = words[i].toLowerCase(Locale.ROOT);
      name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
      List<InetAddress> known = addresses.computeIfAbsent(name, _ -> new ArrayList<>(1));
      if (!known.contains(address)) {
        known.add(address);
      }
      names.putIfAbsent(address, name);
    }
  }

  /** A host's addresses in the order of the file; empty if it is not in there. */
  List<InetAddress> find(String name) {
    return addresses.getOrDefault(name, List.of());
  }

  /** The first name of an address, or null. */
  @Nullable String find(InetAddress address) {
    return names.get(bare(address));
  }

  /** Without a scope, which the file leaves out. */
  private static InetAddress bare(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has as many bytes as an address", e);
    }
  }
}
