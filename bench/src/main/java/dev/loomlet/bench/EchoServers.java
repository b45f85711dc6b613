package dev.loomlet.bench;

import dev.loomlet.bench.peers.JdkPlatformThreadEchoServer;
import dev.loomlet.bench.peers.JdkVirtualThreadEchoServer;
import dev.loomlet.bench.peers.LoomletArrayEchoServer;
import dev.loomlet.bench.peers.LoomletEchoServer;
import dev.loomlet.bench.peers.SocketEchoServer;
import dev.loomlet.engine.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  static final String SECOND_REFERENCE = "c-io_uring";
  static final String REFERENCE_WITHOUT_C = "jdk-virtual";

  /** What the names of all of Loomlet's own servers begin with. */
  static final String LOOMLET = "loomlet-";

  /** {@link SocketEchoServer} on the JDK's own virtual threads. */
  static final String SOCKET_PEER = "jdk-socket";

  /** What the names of the same program under {@code loomlet run} begin with. */
  private static final String RUN = "run-";

  private static final List<String> ONE_CARRIER =
      List.of("-Djdk.virtualThreadScheduler.parallelism=1");
  private static final String ARRAY_ENGINE = "epoll";
  private static final String PORT = "0";
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
    all.put(REFERENCE, () -> inC(REFERENCE, natives, "echo_epoll"));
    all.put(SECOND_REFERENCE, () -> inC(SECOND_REFERENCE, natives, "echo_uring"));
    for (String engine : engines()) {
      all.put(ofEngine(engine), () -> loomlet(ofEngine(engine), engine));
    }
    all.put(
        "loomlet-array",
        () ->
            EchoServer.of(
                "loomlet-array",
                true,
                JavaCommand.of(LoomletArrayEchoServer.class.getName(), on(ARRAY_ENGINE), PORT)));
    for (String engine : engines()) {
      all.put(runOn(engine), () -> run(runOn(engine), engine));
    }
    all.put("netty-epoll", () -> netty("epoll"));
    all.put("netty-io_uring", () -> netty("io_uring"));
    all.put("jdk-virtual", () -> jdk("jdk-virtual", JdkVirtualThreadEchoServer.class, ONE_CARRIER));
    all.put(SOCKET_PEER, () -> jdk(SOCKET_PEER, SocketEchoServer.class, ONE_CARRIER));
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

  /** The name in the comparison of Loomlet's server on an engine. */
  static String ofEngine(String engine) {
    return LOOMLET + engine;
  }

  /** The name of a program that knows nothing of Loomlet, run by {@code loomlet run}. */
  static String runOn(String engine) {
    return RUN + engine;
  }

  /** Those of that kind that take part if nobody says which. */
  static boolean isUnusualRun(String name) {
    return name.startsWith(RUN) && !name.equals(runOn(Engines.AUTO));
  }

  /** What can be said behind {@code --engines}: all engines that exist, here or elsewhere. */
  static List<String> engines() {
    List<String> names = new ArrayList<>(List.of(Engines.AUTO));
    Engines.all().forEach(each -> names.add(each.name()));
    return names;
  }

  /** The engines whose servers take part in a comparison with others if nobody says which. */
  static List<String> usualEngines() {
    return engines().stream().filter(List.of("epoll", "io_uring")::contains).toList();
  }

  /**
   * Loomlet's server on an engine.
   *
   * @param name for reports
   * @param engine one of {@link #engines}
   */
  static EchoServer loomlet(String name, String engine) {
    String reason = unavailableReason(engine);
    if (reason != null) {
      return EchoServer.missing(name, reason);
    }
    return EchoServer.of(
        name, true, JavaCommand.withoutPeers(LoomletEchoServer.class.getName(), on(engine), PORT));
  }

  private static EchoServer run(String name, String engine) {
    String reason = unavailableReason(engine);
    if (reason != null) {
      return EchoServer.missing(name, reason);
    }
    return LoomletRun.isInReach()
        ? EchoServer.of(
            name,
            true,
            LoomletRun.of(
                engine, JavaCommand.classPath(false), SocketEchoServer.class.getName(), PORT))
        : EchoServer.missing(name, LoomletRun.MISSING);
  }

  private static @Nullable String unavailableReason(String engine) {
    return Engines.all().stream()
        .filter(each -> each.name().equals(engine))
        .map(Engines.Info::unavailableReason)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static List<String> on(String engine) {
    return List.of("-D" + Engines.PROPERTY + "=" + engine);
  }

  private static EchoServer netty(String transport) {
    String name = "netty-" + transport;
    if (!NettyPeer.isInReach()) {
      return EchoServer.missing(name, NettyPeer.MISSING);
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
