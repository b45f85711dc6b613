package dev.loomlet.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A database server for a benchmark: PostgreSQL in a folder of its own, or, where that is not
 * installed, H2.
 */
final class Database implements AutoCloseable {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String USER = "loomlet";

  /** Who runs it if this is root, which PostgreSQL refuses. */
  private static final String SERVICE_USER = "postgres";

  private final String name;
  private final String url;
  private final Runnable end;

  private Database(String name, String url, Runnable end) {
    this.name = name;
    this.url = url;
    this.end = end;
  }

  /** Starts one; waits until it can be asked. */
  static Database start() throws IOException, UnmeasurableException {
    Path programs = postgresPrograms();
    return programs == null ? startH2() : startPostgres(programs);
  }

  private static @Nullable Path postgresPrograms() throws IOException {
    if (Files.isDirectory(DEBIAN)) {
      try (Stream<Path> versions = Files.list(DEBIAN)) {
        Path newest =
            versions
                .map(each -> each.resolve("bin"))
                .filter(each -> Files.isExecutable(each.resolve("initdb")))
                .max(Comparator.naturalOrder())
                .orElse(null);
        if (newest != null) {
          return newest;
        }
      }
    }
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.of(path.split(File.pathSeparator, -1))
        .filter(each -> !each.isEmpty())
        .map(Path::of)
        .filter(each -> Files.isExecutable(each.resolve("initdb")))
        .findFirst()
        .orElse(null);
  }

  private static Database startPostgres(Path programs) throws IOException {
    Path folder = Files.createTempDirectory("loomlet-postgres");
    boolean root = System.getProperty("user.name").equals("root");
    List<String> who = root ? List.of("runuser", "-u", SERVICE_USER, "--") : List.of();
    if (root) {
      Command.run(null, TIMEOUT, List.of("chown", SERVICE_USER, folder.toString()));
    }
    Path data = folder.resolve("data");
    String control = programs.resolve("pg_ctl").toString();
    int port = freePort();
    List<String> stop =
        as(who, folder, control, "-D", data.toString(), "-m", "immediate", "-w", "stop");
    try {
      Command.run(
          folder,
          TIMEOUT,
          as(
              who,
              folder,
              programs.resolve("initdb").toString(),
              "-D",
              data.toString(),
              "-A",
              "trust",
              "-U",
              USER,
              "--no-sync"));
      Command.run(
          folder,
          TIMEOUT,
          as(
              who,
              folder,
              control,
              "-D",
              data.toString(),
              "-l",
              folder.resolve("log").toString(),
              "-o",
              "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
              "-w",
              "start"));
    } catch (IOException e) {
      delete(folder);
      throw e;
    }
    Thread last = new Thread(() -> end(folder, stop));
    Runtime.getRuntime().addShutdownHook(last);
    return new Database(
        "PostgreSQL",
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
        () -> {
          end(folder, stop);
          Runtime.getRuntime().removeShutdownHook(last);
        });
  }

  /** In a folder that whoever runs it may enter. */
  private static List<String> as(List<String> who, Path folder, String... command) {
    List<String> all = new ArrayList<>(who);
    all.addAll(List.of("env", "-C", folder.toString()));
    all.addAll(List.of(command));
    return all;
  }

  private static void end(Path folder, List<String> stop) {
    try {
      Command.run(folder, TIMEOUT, stop);
      delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  private static Database startH2() throws IOException, UnmeasurableException {
    PeerJars.require("h2");
    String program = Home.path().resolve("bench/peers/H2Server.java").toString();
    ServerProcess server =
        ServerProcess.start("h2", LoomletRun.plain(PeerJars.classPath(), program, "0"), TIMEOUT);
    return new Database(
        "H2",
        "jdbc:h2:tcp://127.0.0.1:" + server.port() + "/mem:bench;DB_CLOSE_DELAY=-1",
        server::close);
  }

  /** What it is. */
  String name() {
    return name;
  }

  /** Where a JDBC driver finds it. */
  String url() {
    return url;
  }

  /** As whom; there is no password. */
  String user() {
    return USER;
  }

  @Override
  public void close() {
    end.run();
  }
}
