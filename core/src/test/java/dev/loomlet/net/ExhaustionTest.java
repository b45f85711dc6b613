package dev.loomlet.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.loomlet.Loomlet;
import dev.loomlet.engine.Engines;
import dev.loomlet.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server whose process runs out of descriptors. */
@Timeout(120)
@Tag("alone")
final class ExhaustionTest {
  private static final int DESCRIPTORS = 256;

  /** How long its processor time is counted. */
  private static final Duration WINDOW = Duration.ofSeconds(1);

  /** An echo server. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      Loomlet.run(
          () -> {
            StreamServer server =
                StreamServer.builder(
                        stream -> {
                          byte[] buffer = new byte[100];
                          for (int n = stream.read(buffer); n > 0; n = stream.read(buffer)) {
                            stream.write(buffer, 0, n);
                          }
                        })
                    .bind("127.0.0.1", 0)
                    .start();
            System.out.println("port " + server.port());
            server.join();
          });
    }
  }

  /** Four at a time: most of it is waiting. */
  @Test
  void refusesClientsWithoutBurningTheProcessorAndServesAgainAfterwardsOnEveryEngine()
      throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/prlimit")), "needs prlimit (package util-linux)");
    Map<String, Future<?>> runs = new LinkedHashMap<>();
    try (ExecutorService four = Executors.newFixedThreadPool(4)) {
      for (Engines.Info each : Engines.all()) {
        if (each.isAvailable()) {
          runs.put(each.name(), four.submit(() -> exhaust(each.name())));
        }
      }
    }
    runs.forEach((engine, run) -> assertThatCode(run::get).as(engine).doesNotThrowAnyException());
  }

  private static @Nullable Void exhaust(String engine) throws Exception {
    // given: a server with few descriptors
    try (ChildJvm child =
        ChildJvm.start(
            List.of("/usr/bin/prlimit", "--nofile=" + DESCRIPTORS, "--"),
            List.of(
                "@" + ChildJvm.home().resolve("build/jvm.args"),
                "-D" + Engines.PROPERTY + "=" + engine),
            Program.class)) {
      int port = Integer.parseInt(child.lineAfter("port "));
      exchange(port);

      // when: more clients connect than it has descriptors, and stay
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 2 * DESCRIPTORS; i++) {
        clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
      }
      int refused = 0;
      for (Socket each : clients) {
        each.setSoTimeout(8);
        refused += isRefused(each) ? 1 : 0;
      }

      // then: those it cannot serve are told
      assertThat(refused).isBetween(DESCRIPTORS, 2 * DESCRIPTORS - 10);

      // when: others keep coming, after what a JVM does only once has been done
      Duration before = processorTime(child.pid());
      long start = System.nanoTime();
      while (System.nanoTime() - start < WINDOW.toNanos()) {
        Socket late = new Socket(InetAddress.getLoopbackAddress(), port);
        if (isServed(late)) {
          clients.add(late);
        } else {
          late.close();
        }
      }

      // then: they are refused, but for a few, as the JVM itself has more descriptors at times
      assertThat(clients).hasSizeLessThan(2 * DESCRIPTORS + 10);

      // then: it is alive and nearly idle
      double elapsed = (System.nanoTime() - start) / 1e9;
      double used = processorTime(child.pid()).minus(before).toNanos() / 1e9;
      assertThat(child.isAlive()).isTrue();
      if (!engine.equals("nonblocking")) {
        // That one burns it as long as anybody waits: it is made so.
        assertThat(used / elapsed).isLessThan(0.2);
      }

      // when: they leave
      for (Socket each : clients) {
        each.close();
      }
      long released = System.nanoTime();

      // then: it serves again within a second
      while (!tryExchange(port)) {
        assertThat(Duration.ofNanos(System.nanoTime() - released))
            .isLessThan(Duration.ofSeconds(1));
      }
    }
    return null;
  }

  private static boolean isRefused(Socket client) throws IOException {
    try {
      return client.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  /** Whether a client gets an answer, and not a refusal. It must not be left waiting. */
  private static boolean isServed(Socket client) throws IOException {
    client.setSoTimeout(5_000);
    try {
      client.getOutputStream().write("hello".getBytes());
      return client.getInputStream().read() >= 0;
    } catch (java.net.SocketException e) {
      return false;
    }
  }

  private static boolean tryExchange(int port) {
    try {
      exchange(port);
      return true;
    } catch (IOException | AssertionError e) {
      return false;
    }
  }

  private static void exchange(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write("hello".getBytes());
      assertThat(socket.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes());
    }
  }

  private static Duration processorTime(long pid) {
    return ProcessHandle.of(pid).flatMap(p -> p.info().totalCpuDuration()).orElseThrow();
  }
}
