package dev.loomlet.net;

import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Turns host names into addresses and back, as {@code getaddrinfo} and {@code getnameinfo} do;
 * gevent's {@code hub.resolver}. {@link Resolvers} says which one is used, and how to have another.
 *
 * <p>A lookup makes only the calling greenlet wait. It may be called in greenlets of any loop and
 * on any platform thread. Cancelling it ends what was done for it alone.
 *
 * <p>A provider on the module path or class path is found as a service: a public class with a
 * public constructor without parameters.
 */
public interface NameResolver {

  /**
   * All addresses of a host. Waits.
   *
   * @param name as people write it, with or without a dot at the end; an address literal is its own
   *     only address
   * @return at least one; IPv4 before IPv6, each in the order of preference; immutable
   * @throws UnknownHostException if there is none, or nobody could be asked; says what was asked,
   *     whom, and why it failed
   * @throws dev.loomlet.Cancelled if the caller is cancelled
   */
  List<InetAddress> lookup(String name) throws UnknownHostException;

  /**
   * The addresses of a host in one family. Waits.
   *
   * @param family {@code INET} or {@code INET6}
   * @return at least one, in the order of preference; immutable
   * @throws UnknownHostException as {@link #lookup(String)}, and if it has none in this family
   * @throws IllegalArgumentException for another family
   * @throws dev.loomlet.Cancelled if the caller is cancelled
   */
  List<InetAddress> lookup(String name, StandardProtocolFamily family) throws UnknownHostException;

  /**
   * All addresses of a host, as they become known, so that a caller can begin with those of one
   * family while those of the other are still being asked for. Waits until all are known.
   *
   * @param found called in the caller's greenlet with some addresses, at least once; must not wait
   * @throws UnknownHostException as {@link #lookup(String)}; then nothing was found
   * @throws dev.loomlet.Cancelled if the caller is cancelled
   */
  default void lookup(String name, Consumer<? super List<InetAddress>> found)
      throws UnknownHostException {
    found.accept(lookup(name));
  }

  /**
   * The name of an address. Waits. Whoever owns the address decides what it is called, so do not
   * trust it unless {@link #lookup(String)} leads back.
   *
   * @return without a dot at the end
   * @throws UnknownHostException if it has no name, or nobody could be asked
   * @throws dev.loomlet.Cancelled if the caller is cancelled
   */
  String reverse(InetAddress address) throws UnknownHostException;
}
