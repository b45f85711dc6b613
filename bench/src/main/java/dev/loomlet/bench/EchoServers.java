package dev.loomlet.bench;

import dev.loomlet.bench.peers.JdkPlatformThreadEchoServer;
import dev.loomlet.bench.peers.JdkVirtualThreadEchoServer;
import dev.loomlet.bench.peers.LoomletArrayEchoServer;
import dev.loomlet.bench.peers.LoomletEchoServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All servers of the comparison, each as its friends would run it.
 *
 * <p>Netty gets the flags that Loomlet gets, which make it faster, too, and the one that lets it
 * use {@code Unsafe}. The JDK's own threads run under the JDK's defaults but for the number of
 * carriers: more of them than processors would not be fair to them.
 */
final class EchoServers {
  static final String REFERENCE = "c-epoll";
  static final String REFERENCE_WITHOUT_C = "jdk-virtual";

  private static final String PYTHON = "/usr/bin/python3";
  private static final Duration BUILD_TIMEOUT = Duration.ofMinutes(3);

  private EchoServers() {}

  /**
   * All that there are, by name; each looks for what it needs only when it is asked for.
   *
   * @param natives the folder with the programs in C, or null without a compiler
   */
  static Map<String, Supplier<EchoServer>> all(@Nullable Path natives) {
    Map<String, Supplier<EchoServer>> all = new LinkedHashMap<>();
    all.put("c-epoll", () -> inC("c-epoll", natives, "echo_epoll"));
    all.put("c-io_uring", () -> inC("c-io_uring", natives, "echo_uring"));
    all.put("loomlet-epoll", () -> loomlet("loomlet-epoll", LoomletEchoServer.class));
    all.put("loomlet-array", () -> loomlet("loomlet-array", LoomletArrayEchoServer.class));
    all.put("netty-epoll", () -> netty("epoll"));
    all.put("netty-io_uring", () -> netty("io_uring"));
    all.put(
        "jdk-virtual",
        () ->
            jdk(
                "jdk-virtual",
                JdkVirtualThreadEchoServer.class,
                List.of("-Djdk.virtualThreadScheduler.parallelism=1")));
    all.put(
        "jdk-platform", () -> jdk("jdk-platform", JdkPlatformThreadEchoServer.class, List.of()));
    all.put("go", EchoServers::go);
    all.put("gevent", () -> python("gevent", "gevent", "python3-gevent"));
    all.put("asyncio", () -> python("asyncio", "asyncio", "python3"));
    all.put("uvloop", () -> python("uvloop", "uvloop", "python3-uvloop"));
    all.put("node", EchoServers::node);
    return all;
  }

  private static EchoServer jdk(String name, Class<?> program, List<String> flags) {
    return EchoServer.of(name, true, JavaCommand.plain(program.getName(), flags, "0"));
  }

  private static EchoServer inC(String name, @Nullable Path natives, String program) {
    return natives == null
        ? EchoServer.missing(
            name, "no C compiler or no make; on Debian: apt install gcc make libc6-dev")
        : EchoServer.of(name, false, List.of(natives.resolve(program).toString(), "0"));
  }

  private static EchoServer loomlet(String name, Class<?> program) {
    List<String> engine = List.of("-Dloomlet.engine=epoll");
    return EchoServer.of(name, true, JavaCommand.of(program.getName(), engine, "0"));
  }

  private static EchoServer netty(String transport) {
    String name = "netty-" + transport;
    boolean inReach =
        Files.isDirectory(Home.peerJars())
            || System.getProperty("java.class.path").contains("netty-transport");
    if (!inReach) {
      return EchoServer.missing(
          name, "no jars of Netty in " + Home.peerJars() + "; mvn package puts them there");
    }
    return EchoServer.of(
        name,
        true,
        JavaCommand.of(
            "dev.loomlet.bench.peers.NettyEchoServer",
            List.of("--sun-misc-unsafe-memory-access=allow"),
            "0",
            transport));
  }

  private static EchoServer go() {
    if (!Home.hasProgram("go")) {
      return EchoServer.missing("go", "no go on the PATH; on Debian: apt install golang-go");
    }
    Path program = Home.built().resolve("echo_go");
    try {
      Files.createDirectories(Home.built());
      Path sources = Home.path().resolve("bench/peers/echo_go");
      Command.run(sources, BUILD_TIMEOUT, List.of("go", "build", "-o", program.toString(), "."));
    } catch (IOException e) {
      return EchoServer.missing("go", String.valueOf(e.getMessage()));
    }
    return EchoServer.of("go", false, List.of(program.toString(), "0"));
  }

  private static EchoServer python(String name, String module, String debian) {
    if (!Command.succeeds(List.of(PYTHON, "-c", "import " + module))) {
      return EchoServer.missing(
          name, "no " + module + " for " + PYTHON + "; on Debian: apt install " + debian);
    }
    return EchoServer.of(name, false, List.of(PYTHON, script("echo_" + name + ".py"), "0"));
  }

  private static EchoServer node() {
    if (!Home.hasProgram("node")) {
      return EchoServer.missing("node", "no node on the PATH; on Debian: apt install nodejs");
    }
    return EchoServer.of("node", false, List.of("node", script("echo_node.mjs"), "0"));
  }

  private static String script(String name) {
    return Home.path().resolve("bench/peers").resolve(name).toString();
  }
}
