package dev.loomlet.dns;

import java.util.ArrayList;
import java.util.List;

/** Where host names are looked for, and in which order: {@code nsswitch.conf(5)}. */
enum LookupOrder {
  FILES_DNS(true, true),
  DNS_FILES(true, true),
  FILES(true, false),
  DNS(false, true);

  private final boolean files;
  private final boolean dns;

  LookupOrder(boolean files, boolean dns) {
    this.files = files;
    this.dns = dns;
  }

  boolean hasFiles() {
    return files;
  }

  boolean hasDns() {
    return dns;
  }

  /**
   * Understands a file. Of the services in its line {@code hosts} those that are here count; {@code
   * resolve} is the DNS by way of systemd, which also listens as a DNS server. Conditions in
   * brackets do not count.
   *
   * @param text its content; empty if there is none
   */
  static LookupOrder parse(String text) {
    return text.lines()
        .map(LookupOrder::withoutComment)
        .filter(line -> line.startsWith("hosts:"))
        .findFirst()
        .map(LookupOrder::ofLine)
        .orElse(FILES_DNS);
  }

  private static String withoutComment(String line) {
    int comment = line.indexOf('#');
    return (comment < 0 ? line : line.substring(0, comment)).strip();
  }

  private static LookupOrder ofLine(String line) {
    List<String> services = new ArrayList<>();
    String bare = line.substring("hosts:".length()).replaceAll("\\[[^\\]]*\\]", " ");
    for (String each : bare.strip().split("\\s+", -1)) {
      services.add(each.equals("resolve") ? "dns" : each);
    }
    int files = services.indexOf("files");
    int dns = services.indexOf("dns");
    if (files < 0 && dns < 0) {
      return FILES_DNS;
    }
    if (dns < 0) {
      return FILES;
    }
    if (files < 0) {
      return DNS;
    }
    return files < dns ? FILES_DNS : DNS_FILES;
  }
}
