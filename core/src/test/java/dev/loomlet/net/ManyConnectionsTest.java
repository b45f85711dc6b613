package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/**
 * A server with as many connections as an engine is made for, all open at once. The clients are in
 * a process of their own, so that the descriptors of one process are enough; with {@code
 * -Dloomlet.stress=5} there are 10,000 of them.
 */
@Timeout(180)
final class ManyConnectionsTest {
  private static final int MANY = Math.min(Repeat.times(2_000), 10_000);

  /** Its descriptors end at 1,023, whatever else the process has open. */
  private static final int SELECT = 500;

  /** A thread for each. */
  private static final int BLOCKING = 200;

  @SuppressWarnings("NullAway.Init")
  private static ChildJvm clients;

  /** Connects, and has each connection exchange some bytes, as often as it is told a port. */
  static final class Clients {
    public static void main(String[] args) throws IOException {
      System.out.println("ready");
      Scanner commands = new Scanner(System.in);
      while (commands.hasNextInt()) {
        try {
          System.out.println("served " + visit(commands.nextInt(), commands.nextInt()));
        } catch (IOException e) {
          System.out.println("served " + e);
        }
      }
    }

    private static int visit(int port, int count) throws IOException {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      List<SocketChannel> channels = new ArrayList<>();
      int served = 0;
      try {
        for (int i = 0; i < count; i++) {
          channels.add(SocketChannel.open(address));
        }
        for (int round = 0; round < 2; round++) {
          for (int i = 0; i < count; i++) {
            channels.get(i).write(number(i * 31 + round));
          }
          for (int i = 0; i < count; i++) {
            served += read(channels.get(i)) == i * 31 + round ? 1 : 0;
          }
        }
        return served;
      } finally {
        for (SocketChannel each : channels) {
          each.close();
        }
      }
    }

    private static ByteBuffer number(int number) {
      return ByteBuffer.allocate(4).putInt(0, number);
    }

    private static int read(SocketChannel channel) throws IOException {
      ByteBuffer answer = ByteBuffer.allocate(4);
      while (answer.hasRemaining()) {
        if (channel.read(answer) < 0) {
          return -1;
        }
      }
      return answer.getInt(0);
    }
  }

  @BeforeAll
  static void startClients() throws IOException {
    clients = ChildJvm.start(Clients.class);
    clients.lineAfter("ready");
  }

  @AfterAll
  static void endClients() {
    clients.close();
  }

  private static boolean mayOpen(long descriptors) {
    return !(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)
        || unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() >= descriptors;
  }

  @OnEveryEngine
  void servesAllOfThem(TestLoop loop) throws Exception {
    int count =
        switch (loop.engine()) {
          case "select" -> SELECT;
          case "blocking" -> BLOCKING;
          default -> MANY;
        };
    Assumptions.assumeTrue(
        mayOpen(count + 500L), "needs " + count + " descriptors and some; raise ulimit -n");
    loop.run(
        () -> {
          // given
          int[] most = {0};
          StreamServer server =
              StreamServer.builder(
                      stream -> {
                        while (stream.receive() instanceof Chunk chunk) {
                          try (chunk) {
                            stream.write(chunk);
                          }
                        }
                      })
                  .bind("127.0.0.1", 0)
                  .start();

          // when
          clients.send(server.port() + " " + count);
          var served = Loomlet.runInExecutor(() -> clients.lineAfter("served "));
          while (!served.isDone()) {
            most[0] = Math.max(most[0], server.connections());
            sleep(5);
          }

          // then
          assertThat(served.get()).isEqualTo(Integer.toString(2 * count));
          assertThat(most[0]).isEqualTo(count);
          assertThat(server.stop(Duration.ofSeconds(30))).isZero();
        });
    assertThat(loop.uncaught()).isEmpty();
  }
}
