package dev.loomlet.cli.doctor;

import dev.loomlet.cli.system.OpenFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Kernel, processors, and the limits that many connections run into. */
final class SystemChecks {
  private static final long FEW_FILES = 4096;
  private static final long SHORT_QUEUE = 1024;
  private static final long FEW_PORTS = 16_384;

  private static final int MOST_BYTES = 4096;

  private final Path root;

  /**
   * Looks at a system.
   *
   * @param root of its files: {@code /}, or the like of it in a test
   */
  SystemChecks(Path root) {
    this.root = root;
  }

  List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(
        Check.ok("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version")));
    checks.add(processors());
    checks.add(openFiles());
    addIfTold(checks, this::queue);
    addIfTold(checks, this::ports);
    addIfTold(checks, this::hugePages);
    return checks;
  }

  private static void addIfTold(List<Check> checks, Supplier<Optional<Check>> look) {
    try {
      look.get().ifPresent(checks::add);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // A sandbox may make up files of another form; there is nothing to learn from them.
    }
  }

  private static Check processors() {
    int count = Runtime.getRuntime().availableProcessors();
    String found = count + " x " + System.getProperty("os.arch");
    return count > 1
        ? Check.ok("processors", found)
        : Check.warning(
            "processors", found, "servers and the clients that test them will share the only one");
  }

  private Check openFiles() {
    OpenFiles limits = OpenFiles.under(root);
    String found = text(limits.soft()) + " (soft), " + text(limits.hard()) + " (hard)";
    if (limits.soft().orElse(Long.MAX_VALUE) >= FEW_FILES) {
      return Check.ok("open files", found);
    }
    return Check.warning(
        "open files",
        found,
        "each connection needs one: raise it with 'ulimit -n 65536', or for good in"
            + " /etc/security/limits.conf");
  }

  private static String text(OptionalLong limit) {
    return limit.isPresent() ? Long.toString(limit.getAsLong()) : "no known limit";
  }

  private Optional<Check> queue() {
    return read("proc/sys/net/core/somaxconn")
        .map(
            text ->
                Long.parseLong(text) >= SHORT_QUEUE
                    ? Check.ok("net.core.somaxconn", text)
                    : Check.warning(
                        "net.core.somaxconn",
                        text,
                        "a burst of new connections may be dropped: 'sysctl -w"
                            + " net.core.somaxconn=4096' as root"));
  }

  private Optional<Check> ports() {
    return read("proc/sys/net/ipv4/ip_local_port_range")
        .map(
            text -> {
              String[] ends = text.split("\\s+", -1);
              long count = Long.parseLong(ends[1]) - Long.parseLong(ends[0]) + 1;
              String found = ends[0] + " to " + ends[1] + " (" + count + ")";
              return count >= FEW_PORTS
                  ? Check.ok("client ports", found)
                  : Check.warning(
                      "client ports",
                      found,
                      "clients on this machine cannot open more connections to one server: 'sysctl"
                          + " -w net.ipv4.ip_local_port_range=\"10240 65535\"' as root");
            });
  }

  private Optional<Check> hugePages() {
    return read("sys/kernel/mm/transparent_hugepage/enabled")
        .map(
            text -> {
              // The chosen one of several words is in brackets.
              String found = text.substring(text.indexOf('[') + 1, text.indexOf(']'));
              return found.equals("never")
                  ? Check.warning(
                      "huge pages",
                      found,
                      "greenlets are quicker with them: 'echo madvise >"
                          + " /sys/kernel/mm/transparent_hugepage/enabled' as root")
                  : Check.ok("huge pages", found);
            });
  }

  /**
   * A file's text; empty where there is no such file: not Linux, or a container that hides it. By
   * one read, because the kernel answers the second read of such a file with its end, and {@code
   * Files.readString} begins with a single byte.
   */
  private Optional<String> read(String file) {
    byte[] bytes = new byte[MOST_BYTES];
    try (InputStream in = Files.newInputStream(root.resolve(file))) {
      int length = in.read(bytes);
      return length <= 0
          ? Optional.empty()
          : Optional.of(new String(bytes, 0, length, StandardCharsets.US_ASCII).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
