package dev.loomlet.agent;

import dev.loomlet.Loop;
import dev.loomlet.ThreadPool;
import dev.loomlet.jdk.ClassLoading;
import dev.loomlet.jdk.ThreadParking;
import dev.loomlet.net.NameResolver;
import dev.loomlet.net.Resolvers;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code InetAddress} asks for, by the resolver that Loomlet's own sockets use ({@link
 * Resolvers}); if that is the system's, by the JDK's own method, on a helper thread.
 */
final class HostNames {
  private static final int MOST_LOOKUPS = 16;

  private HostNames() {}

  /** Whether the calling greenlet can wait, or need not, because its loop knows all names. */
  private static boolean canWait() {
    Loop loop = Loop.currentOrNull();
    return (loop != null && loop.engine().hostNames() != null)
        || (!ClassLoading.isUnderWay() && ThreadParking.canLeave(Thread.currentThread()));
  }

  /**
   * The addresses of a host.
   *
   * @return a stream of them; null if it was not done here
   */
  static @Nullable Object lookUp(Object platform, String host, LookupPolicy policy)
      throws IOException {
    if (!canWait()) {
      return null;
    }
    NameResolver resolver = Resolvers.getDefault();
    return resolver == Resolvers.system()
        ? elsewhere(host, () -> JdkAccess.lookUp(platform, host, policy))
        : inOrder(resolver.lookup(host), host, policy.characteristics());
  }

  private static Stream<InetAddress> inOrder(List<InetAddress> found, String host, int policy)
      throws UnknownHostException {
    boolean four = (policy & LookupPolicy.IPV4) != 0;
    boolean six = (policy & LookupPolicy.IPV6) != 0;
    Comparator<InetAddress> sixLast = Comparator.comparing(Inet6Address.class::isInstance);
    Comparator<InetAddress> order =
        (policy & LookupPolicy.IPV6_FIRST) != 0
            ? sixLast.reversed()
            : (policy & LookupPolicy.IPV4_FIRST) != 0 ? sixLast : (_, _) -> 0;
    List<InetAddress> wanted =
        found.stream()
            .filter(each -> each instanceof Inet4Address ? four : six)
            .sorted(order)
            .toList();
    if (wanted.isEmpty()) {
      throw new UnknownHostException(
          host + " has no address of family " + (four ? "INET" : "INET6"));
    }
    return wanted.stream();
  }

  /**
   * The name of an address.
   *
   * @return null if it was not done here
   */
  static @Nullable Object nameOf(Object platform, byte[] address) throws IOException {
    if (!canWait()) {
      return null;
    }
    NameResolver resolver = Resolvers.getDefault();
    InetAddress asked = InetAddress.getByAddress(address);
    return resolver == Resolvers.system()
        ? elsewhere(asked.getHostAddress(), () -> JdkAccess.nameOf(platform, address))
        : resolver.reverse(asked);
  }

  /** The host whose code is running, on a loop that has hosts of its own; else null. */
  static @Nullable InetAddress localHost() throws IOException {
    Loop loop = Loop.currentOrNull();
    dev.loomlet.engine.HostNames names = loop == null ? null : loop.engine().hostNames();
    return names == null
        ? null
        : names.addressesOf(names.nameOf(InetAddress.getLoopbackAddress())).getFirst();
  }

  private static Object elsewhere(String what, Callable<Object> lookup) throws IOException {
    try {
      return Threads.POOL.apply(lookup);
    } catch (RuntimeException | IOException e) {
      throw e;
    } catch (Exception e) {
      UnknownHostException unknown = new UnknownHostException(what);
      unknown.initCause(e);
      throw unknown;
    }
  }

  /** Made when the system is asked for the first time. */
  private static final class Threads {
    static final ThreadPool POOL = new ThreadPool("loomlet-names", MOST_LOOKUPS);
  }
}
