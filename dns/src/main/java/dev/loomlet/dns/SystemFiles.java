package dev.loomlet.dns;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The files that say how this machine resolves names, read again when they have changed. Used by
 * one helper thread, because reading blocks; what it has read may be looked at by all.
 */
final class SystemFiles {
  /** What is longer is cut off: nobody has written that for this purpose. */
  private static final int MOST_BYTES = 16 << 20;

  /**
   * What the files say. Immutable.
   *
   * @param order where names are looked for
   * @param hosts who is called what on this machine
   * @param dns whom to ask otherwise
   */
  record Content(LookupOrder order, HostsFile hosts, DnsConfig dns) {}

  private final Watched<LookupOrder> order;
  private final Watched<HostsFile> hosts;
  private final Watched<DnsConfig> dns;
  private @Nullable Content content;

  /**
   * Creates the view of some files; reads nothing yet.
   *
   * @param folder where they are, such as {@code /etc}
   * @param domains what {@code LOCALDOMAIN} says, or null
   * @param options what {@code RES_OPTIONS} says, or null
   */
  SystemFiles(Path folder, @Nullable String domains, @Nullable String options) {
    this.order = new Watched<>(folder.resolve("nsswitch.conf"), LookupOrder::parse);
    this.hosts = new Watched<>(folder.resolve("hosts"), HostsFile::parse);
    this.dns =
        new Watched<>(
            folder.resolve("resolv.conf"), text -> ResolvConf.parse(text, domains, options));
  }

  /** Those of this machine. */
  static SystemFiles ofThisMachine() {
    return new SystemFiles(
        Path.of("/etc"), System.getenv("LOCALDOMAIN"), System.getenv("RES_OPTIONS"));
  }

  /**
   * Reads what has changed. Blocks. One thread at a time.
   *
   * @return the same object as long as nothing changes
   */
  Content read() {
    Content known = content;
    LookupOrder nowOrder = order.read();
    HostsFile nowHosts = hosts.read();
    DnsConfig nowDns = dns.read();
    if (known == null
        || known.order != nowOrder
        || known.hosts != nowHosts
        || known.dns != nowDns) {
      known = new Content(nowOrder, nowHosts, nowDns);
      content = known;
    }
    return known;
  }

  /** How a file looks from outside; one that was replaced or written differs in something. */
  private record Look(FileTime modified, long size, @Nullable Object key) {}

  private static final class Watched<T> {
    private final Path path;
    private final Function<String, T> parser;
    private boolean known;
    private @Nullable Look look;
    private @Nullable T value;

    Watched(Path path, Function<String, T> parser) {
      this.path = path;
      this.parser = parser;
    }

    T read() {
      Look now = look();
      T last = value;
      if (last != null && known && (now == null ? look == null : now.equals(look))) {
        return last;
      }
      T fresh = parser.apply(text());
      look = now;
      known = true;
      value = fresh;
      return fresh;
    }

    private @Nullable Look look() {
      try {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Look(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      } catch (IOException e) {
        return null;
      }
    }

    /** Empty where there is no file that can be read, which means the defaults. */
    private String text() {
      try (InputStream in = Files.newInputStream(path)) {
        return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return "";
      }
    }
  }
}
