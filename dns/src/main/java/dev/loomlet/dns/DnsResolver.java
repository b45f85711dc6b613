package dev.loomlet.dns;

import dev.loomlet.Loop;
import dev.loomlet.net.NameResolver;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Looks up names by the DNS, and in the hosts file, without ever blocking a loop; what gevent has
 * from c-ares and dnspython.
 *
 * <p>By default as the machine is set up: {@code /etc/hosts}, {@code /etc/resolv.conf}, and their
 * order in {@code /etc/nsswitch.conf}, noticed within a second when they change. Answers are kept
 * as long as they hold, up to 4096 of them for each loop, also that there is nothing. A question
 * that several greenlets ask at the same time is asked once; at most 128 are under way on a loop.
 *
 * <p>{@code localhost} and what ends in it is this machine (RFC 6761). Names may be written in any
 * alphabet. What ends in a number and is no IPv4 address is refused.
 */
public final class DnsResolver implements NameResolver {
  private static final Comparator<InetAddress> IPV4_FIRST =
      Comparator.comparingInt(each -> each instanceof Inet4Address ? 0 : 1);

  private final Settings.Source source;
  private final ConcurrentHashMap<Loop, LoopResolver> loops = new ConcurrentHashMap<>();

  /** Creates a resolver that does as this machine is set up. Reads nothing yet. */
  public DnsResolver() {
    this(new Settings.Source(SystemFiles.ofThisMachine(), null, null));
  }

  /**
   * Creates a resolver that asks certain servers and reads no file.
   *
   * @param config whom to ask and how
   */
  public DnsResolver(DnsConfig config) {
    this(new Settings.Source(null, config, null));
  }

  /**
   * As {@link #DnsResolver(DnsConfig)}, with a source of randomness, so that a simulation can be
   * repeated.
   *
   * @param random gives questions their numbers; what can be predicted makes forged answers easy
   */
  public DnsResolver(DnsConfig config, RandomGenerator random) {
    this(new Settings.Source(null, config, random));
  }

  DnsResolver(Settings.Source source) {
    this.source = source;
  }

  private interface Lookup<T extends @Nullable Object> {
    T run(LoopResolver resolver) throws UnknownHostException;
  }

  /** Runs a lookup on the caller's loop. */
  private <T extends @Nullable Object> T onLoop(Lookup<T> lookup) throws UnknownHostException {
    Loop loop = Loop.current();
    LoopResolver resolver = on(loop);
    if (loop.isCurrent()) {
      return lookup.run(resolver);
    }
    Callable<T> there = () -> lookup.run(resolver);
    try {
      return loop.call(there);
    } catch (UnknownHostException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("a lookup throws no other checked exception", e);
    }
  }

  /** What it is on a loop. */
  LoopResolver on(Loop loop) {
    LoopResolver known = loops.get(loop);
    if (known != null) {
      return known;
    }
    // Loops are made rarely, and that is when those that have ended are forgotten.
    loops.keySet().removeIf(Loop::isClosed);
    return loops.computeIfAbsent(loop, each -> new LoopResolver(each, source));
  }

  /** Whom it asks, and how. Waits if the files have to be read first. */
  public DnsConfig config() throws UnknownHostException {
    return onLoop(LoopResolver::config);
  }

  @Override
  public List<InetAddress> lookup(String name) throws UnknownHostException {
    return lookup(name, Family.BOTH);
  }

  @Override
  public List<InetAddress> lookup(String name, StandardProtocolFamily family)
      throws UnknownHostException {
    return lookup(name, Family.of(family));
  }

  private List<InetAddress> lookup(String name, Family family) throws UnknownHostException {
    List<InetAddress> all = new ArrayList<>();
    lookup(name, new LoopResolver.Wish(family, false, all::addAll));
    // The families come in any order, and each in the server's.
    all.sort(IPV4_FIRST);
    return List.copyOf(all);
  }

  @Override
  public void lookup(String name, Consumer<? super List<InetAddress>> found)
      throws UnknownHostException {
    lookup(name, new LoopResolver.Wish(Family.BOTH, true, found));
  }

  private void lookup(String name, LoopResolver.Wish wish) throws UnknownHostException {
    InetAddress literal = literal(name);
    if (literal == null) {
      this.<@Nullable Void>onLoop(
          resolver -> {
            resolver.lookup(name, wish);
            return null;
          });
      return;
    }
    if (wish.family().of(List.of(literal)).isEmpty()) {
      throw new UnknownHostException(
          "cannot resolve '"
              + name
              + "': it is no "
              + wish.family().text()
              + ", but one of the other family");
    }
    wish.found().accept(List.of(literal));
  }

  private static @Nullable InetAddress literal(String name) {
    // No top-level domain ends in a digit, so most names are told apart without an exception.
    if (name.isEmpty() || (name.indexOf(':') < 0 && name.charAt(name.length() - 1) > '9')) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public String reverse(InetAddress address) throws UnknownHostException {
    return onLoop(resolver -> resolver.reverse(address));
  }

  @Override
  public String toString() {
    DnsConfig fixed = source.fixed();
    return "DnsResolver["
        + (fixed == null
            ? "as in /etc/resolv.conf"
            : String.join(", ", fixed.servers().stream().map(Inquiry::text).toList()))
        + "]";
  }
}
