package dev.loomlet.dns;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.util.List;

/** Which addresses are wanted. */
enum Family {
  IPV4("IPv4 address", Inet4Address.class),
  IPV6("IPv6 address", Inet6Address.class),
  BOTH("address", InetAddress.class);

  private final String text;
  private final Class<? extends InetAddress> type;

  Family(String text, Class<? extends InetAddress> type) {
    this.text = text;
    this.type = type;
  }

  static Family of(StandardProtocolFamily family) {
    return switch (family) {
      case INET -> IPV4;
      case INET6 -> IPV6;
      case UNIX -> throw new IllegalArgumentException("host names have no Unix addresses");
    };
  }

  /** For messages: what of it there is not. */
  String text() {
    return text;
  }

  /** Those that are wanted. */
  List<InetAddress> of(List<InetAddress> addresses) {
    return addresses.stream().filter(type::isInstance).toList();
  }

  /** What to ask about a name. */
  List<Question> questions(String name) {
    return switch (this) {
      case IPV4 -> List.of(Question.ipv4(name));
      case IPV6 -> List.of(Question.ipv6(name));
      case BOTH -> List.of(Question.ipv4(name), Question.ipv6(name));
    };
  }
}
