package dev.loomlet.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real server, from the system's packages, in a process and a folder of its own.
 *
 * <p>As root it runs as another user, because such servers refuse to be run by root.
 */
final class TestServer implements AutoCloseable {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final String name;
  private final List<String> userSwitch;
  private final Path folder;
  private final int port;
  private @Nullable Process process;

  /**
   * Prepares one.
   *
   * @param users who it may run as if the tests run as root; the first that there is
   */
  TestServer(String name, String... users) throws IOException, InterruptedException {
    this.name = name;
    this.folder = Files.createTempDirectory("loomlet-" + name);
    this.port = freePort();
    this.userSwitch = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      String user = firstOf(users);
      userSwitch.addAll(List.of("runuser", "-u", user, "--"));
      new ProcessBuilder("chown", user, folder.toString()).inheritIO().start().waitFor();
    }
  }

  private static String firstOf(String... users) throws IOException {
    String known = Files.readString(Path.of("/etc/passwd"));
    for (String each : users) {
      if (known.contains("\n" + each + ":")) {
        return each;
      }
    }
    return "nobody";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * Finds a program.
   *
   * @param places a folder each; the last part but one may be {@code *}
   * @return its whole path; the test is skipped if there is none
   */
  static String program(String name, String... places) throws IOException {
    for (String place : places) {
      Path path = Path.of(place);
      if (!path.getParent().endsWith("*")) {
        if (Files.isExecutable(path.resolve(name))) {
          return path.resolve(name).toString();
        }
        continue;
      }
      Path above = path.getParent().getParent();
      if (Files.isDirectory(above)) {
        try (Stream<Path> versions = Files.list(above)) {
          Path found =
              versions
                  .map(each -> each.resolve(path.getFileName()).resolve(name))
                  .filter(Files::isExecutable)
                  .max(Comparator.naturalOrder())
                  .orElse(null);
          if (found != null) {
            return found.toString();
          }
        }
      }
    }
    assumeTrue(false, "there is no " + name + " on this machine; .ci/run installs it");
    throw new AssertionError();
  }

  /** Its own, empty at first. */
  Path folder() {
    return folder;
  }

  /** A free one on the loopback. */
  int port() {
    return port;
  }

  /** Runs a program to its end, as the server's user. */
  void prepare(String... command) throws IOException, InterruptedException {
    Process preparing = builder(command).start();
    preparing.getOutputStream().close();
    if (!preparing.waitFor(60, TimeUnit.SECONDS) || preparing.exitValue() != 0) {
      preparing.destroyForcibly();
      throw failure(command[0] + " failed", null);
    }
  }

  /**
   * Starts it.
   *
   * @param ready returns if it answers, and throws if it does not yet
   */
  void start(Callable<?> ready, String... command) throws IOException, InterruptedException {
    Process started = builder(command).start();
    process = started;
    started.getOutputStream().close();
    long begin = System.nanoTime();
    while (true) {
      try {
        ready.call();
        return;
      } catch (Exception e) {
        if (!started.isAlive() || System.nanoTime() - begin > PATIENCE_NANOS) {
          throw failure("does not answer", e);
        }
        // A server tells nobody that it is ready.
        started.waitFor(20, TimeUnit.MILLISECONDS);
      }
    }
  }

  private ProcessBuilder builder(String... command) {
    List<String> whole = new ArrayList<>(userSwitch);
    whole.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(whole).directory(folder.toFile());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
  }

  private Path log() {
    return folder.resolveSibling(folder.getFileName() + ".log");
  }

  private IOException failure(String what, @Nullable Exception cause) throws IOException {
    String said = Files.exists(log()) ? Files.readString(log(), UTF_8) : "";
    return new IOException(name + " " + what + "; it said\n" + said, cause);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    Process running = process;
    if (running != null) {
      // runuser passes signals on to its child only when it is asked to end, and waits for it.
      List<ProcessHandle> children = running.descendants().toList();
      running.destroy();
      if (!running.waitFor(20, TimeUnit.SECONDS)) {
        children.forEach(ProcessHandle::destroyForcibly);
        running.destroyForcibly().waitFor();
      }
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
    Files.deleteIfExists(log());
  }
}
