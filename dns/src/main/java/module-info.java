/**
 * Looks up host names in the DNS, over Loomlet's own sockets.
 *
 * <p>Being on the module path or class path is enough: {@link dev.loomlet.net.Resolvers} finds it.
 */
module dev.loomlet.dns {
  requires transitive dev.loomlet;
  // Moved into this module's own packages when it is packed, together with what it logs by.
  requires static org.dnsjava;
  requires static org.jspecify;

  exports dev.loomlet.dns;

  provides dev.loomlet.net.NameResolver with
      dev.loomlet.dns.DnsResolver;
}
