package dev.loomlet.process;

import dev.loomlet.wait.Bystanders;
import dev.loomlet.wait.WatchedLoop;
import dev.loomlet.wait.WatchedLoops;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Tells whoever connects to this process's control socket, and is the same user, how the process
 * is, and hangs up. It reads nothing, so there is no request that could do harm, and it waits for
 * nobody: who does not take the answer at once loses the rest of it.
 *
 * <p>The socket is not there in the first half of a second, so that a process that is over sooner
 * pays a thread that sleeps and nothing more.
 */
final class ControlServer {
  /** The property of a process that is not to have one. */
  static final String NONE = "loomlet.training";

  /** How long a process has none. */
  static final long PAUSE_MILLIS = 500;

  private static final int MOST_PAUSES = 50;
  private static final long FULL_PAUSE_MILLIS = 10;
  private static final AtomicBoolean STARTED = new AtomicBoolean();

  private static volatile @Nullable String programName;

  private ControlServer() {}

  /** Opens the socket a little later, if that has not begun. Does not wait. */
  static void startSoon() {
    if (!STARTED.get() && STARTED.compareAndSet(false, true)) {
      Bystanders.start("loomlet-control", ControlServer::runSoon);
    }
  }

  /** Opens the socket, if that has not begun. Does not wait. */
  static void start() {
    if (!STARTED.get() && STARTED.compareAndSet(false, true)) {
      Bystanders.start("loomlet-control", ControlServer::run);
    }
  }

  /** What this process is called, if it is nobody's child. */
  static void callProgram(String name) {
    programName = name;
  }

  private static void runSoon() {
    try {
      Pause.millis(PAUSE_MILLIS);
      run();
    } catch (InterruptedException e) {
      // Nobody does.
    }
  }

  private static void run() {
    try {
      if (System.getProperty(NONE) != null) {
        return;
      }
      Path socket = ControlFolder.ownSocket();
      if (socket != null) {
        serve(socket);
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      // It cannot be looked at; that is no reason for it to fail.
    }
  }

  private static void serve(Path socket) throws IOException {
    Files.deleteIfExists(socket);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      String user = ControlFolder.ownerOf(socket);
      // A thread that is in a system call would keep the JVM from its end for a while.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, socket)));
      while (true) {
        try (SocketChannel client = server.accept()) {
          if (client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName().equals(user)) {
            answer(client);
          }
        } catch (IOException e) {
          if (!server.isOpen()) {
            return;
          }
        }
      }
    }
  }

  private static void end(ServerSocketChannel server, Path socket) {
    try {
      server.close();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      // Whoever looks next removes it.
    }
  }

  private static void answer(SocketChannel client) throws IOException {
    client.configureBlocking(false);
    byte[] text = ControlText.of(state()).getBytes(StandardCharsets.UTF_8);
    ByteBuffer rest = ByteBuffer.wrap(text);
    for (int i = 0; rest.hasRemaining() && i < MOST_PAUSES; i++) {
      if (client.write(rest) == 0) {
        try {
          Thread.sleep(FULL_PAUSE_MILLIS);
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  private static Map<String, Object> state() {
    ProcessInfo self = JavaProcess.current();
    String program = programName;
    Runtime runtime = Runtime.getRuntime();
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("pid", self.pid());
    state.put("parent", self.parentPid());
    state.put("name", JavaProcess.parent() == null && program != null ? program : self.name());
    state.put("daemon", self.daemon());
    state.put("heapUsed", runtime.totalMemory() - runtime.freeMemory());
    state.put("heapMax", runtime.maxMemory());
    state.put("loops", loops());
    state.put(Inventory.POOLS, Inventory.states(Inventory.POOLS));
    state.put(Inventory.QUEUES, Inventory.states(Inventory.QUEUES));
    return state;
  }

  private static List<Map<String, Object>> loops() {
    List<Map<String, Object>> loops = new ArrayList<>();
    for (WatchedLoop each : WatchedLoops.all()) {
      Map<String, Object> loop = new LinkedHashMap<>();
      loop.put("name", each.name());
      loop.put("thread", each.owner().getName());
      loop.put("running", each.isRunning());
      loop.put("busy", each.step() > 0);
      loop.put("greenlets", each.taskCount());
      loops.add(loop);
    }
    return loops;
  }
}
