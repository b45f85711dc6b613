package dev.loomlet.net;

import dev.loomlet.engine.HostNames;
import dev.loomlet.wait.Task;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.List;

/** The host names of an engine that has its own. */
final class EngineResolver implements NameResolver {
  private final HostNames names;

  EngineResolver(HostNames names) {
    this.names = names;
  }

  @Override
  public List<InetAddress> lookup(String name) throws UnknownHostException {
    Task.checkpoint();
    InetAddress literal = Addresses.literal(name);
    return literal == null ? names.addressesOf(name) : List.of(literal);
  }

  @Override
  public List<InetAddress> lookup(String name, StandardProtocolFamily family)
      throws UnknownHostException {
    Class<? extends InetAddress> wanted = typeOf(family);
    List<InetAddress> found = lookup(name).stream().filter(wanted::isInstance).toList();
    if (found.isEmpty()) {
      throw new UnknownHostException(
          "the host name '" + name + "' has no address of family " + family);
    }
    return found;
  }

  /**
   * The class of a family's addresses.
   *
   * @throws IllegalArgumentException if it is not one of the internet's
   */
  static Class<? extends InetAddress> typeOf(StandardProtocolFamily family) {
    return switch (family) {
      case INET -> Inet4Address.class;
      case INET6 -> Inet6Address.class;
      case UNIX -> throw new IllegalArgumentException("host names have no Unix addresses");
    };
  }

  @Override
  public String reverse(InetAddress address) throws UnknownHostException {
    Task.checkpoint();
    return names.nameOf(address);
  }
}
