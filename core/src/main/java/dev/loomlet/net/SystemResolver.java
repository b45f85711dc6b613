package dev.loomlet.net;

import dev.loomlet.ThreadPool;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The JDK's way of resolving names, on threads of its own. */
final class SystemResolver implements NameResolver {
  private static final int MOST_THREADS = 16;

  private final ThreadPool threads = new ThreadPool("loomlet-resolver", MOST_THREADS);

  @Override
  public List<InetAddress> lookup(String name) throws UnknownHostException {
    InetAddress literal = Addresses.literal(name);
    if (literal != null) {
      return List.of(literal);
    }
    return onThread("the host name '" + name + "'", () -> List.of(InetAddress.getAllByName(name)));
  }

  @Override
  public List<InetAddress> lookup(String name, StandardProtocolFamily family)
      throws UnknownHostException {
    Class<? extends InetAddress> wanted = EngineResolver.typeOf(family);
    List<InetAddress> found = lookup(name).stream().filter(wanted::isInstance).toList();
    if (found.isEmpty()) {
      throw new UnknownHostException(
          "the host name '" + name + "' has no address of family " + family);
    }
    return found;
  }

  @Override
  public String reverse(InetAddress address) throws UnknownHostException {
    String literal = address.getHostAddress();
    // A copy, because an address remembers a name that it was made with.
    InetAddress bare = InetAddress.getByAddress(address.getAddress());
    String name = onThread("the address " + literal, bare::getCanonicalHostName);
    if (name.equals(bare.getHostAddress())) {
      throw new UnknownHostException(
          "cannot resolve the address " + literal + ": the system's resolver knows no name for it");
    }
    return name;
  }

  private <T> T onThread(String what, Callable<T> lookup) throws UnknownHostException {
    try {
      return threads.apply(lookup);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw unknown(what, e);
    }
  }

  private static UnknownHostException unknown(String what, Exception reason) {
    @Nullable String message = reason.getMessage();
    UnknownHostException unknown =
        new UnknownHostException(
            "cannot resolve " + what + " by the system's resolver: " + message);
    unknown.initCause(reason);
    return unknown;
  }
}
