package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.Engines;
import dev.loomlet.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server that has much to send to clients that do not read, in little memory: others are served
 * as before. The full size, 1,000 of them with 100 MB each in a heap of 256 MB, and then also how
 * fast the others are served, is {@code -Dloomlet.stalled=1000x100 -Dloomlet.stalled.engine=epoll}.
 */
@Timeout(300)
final class StalledReadersTest {
  private static final String SIZE = System.getProperty("loomlet.stalled", "");

  /** With arguments: engine, stalled readers, megabytes for each, seconds to measure. */
  static final class Program {
    private static final byte[] BLOCK = new byte[65_536];

    public static void main(String[] args) throws Exception {
      int readers = Integer.parseInt(args[1]);
      long bytes = Integer.parseInt(args[2]) * 1_000_000L;
      Duration time = Duration.ofMillis(Math.round(Double.parseDouble(args[3]) * 1000));
      Loomlet.run(
          LoopOptions.defaults().withEngine(Engines.byName(args[0])),
          () -> {
            StreamServer big =
                StreamServer.builder(stream -> writeAll(stream, bytes))
                    .bind("127.0.0.1", 0)
                    .start();
            StreamServer echo = StreamServer.builder(Program::echo).bind("127.0.0.1", 0).start();
            long before = slowest(echo.port(), time);
            List<SocketChannel> stalled = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
              // It connects through the kernel's queue, without the server's help.
              stalled.add(
                  SocketChannel.open(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), big.port())));
              if (i % 100 == 99) {
                sleep(1);
              }
            }
            while (big.connections() < readers) {
              sleep(5);
            }
            sleep(500);
            long meanwhile = slowest(echo.port(), time);
            System.out.println("stalled " + big.connections());
            System.out.println("p99 " + before + " " + meanwhile);
            for (SocketChannel each : stalled) {
              each.close();
            }
            big.stop(Duration.ofSeconds(30));
            echo.stop(Duration.ofSeconds(30));
            System.out.println("left " + big.connections());
          });
    }

    private static void writeAll(SocketStream stream, long bytes) throws IOException {
      for (long left = bytes; left > 0; left -= BLOCK.length) {
        stream.write(BLOCK, 0, (int) Math.min(left, BLOCK.length));
      }
    }

    private static void echo(SocketStream stream) throws IOException {
      while (stream.receive() instanceof Chunk chunk) {
        try (chunk) {
          stream.write(chunk);
        }
      }
    }

    /** The 99th percentile of how long an exchange takes, in nanoseconds, of 20 clients at once. */
    private static long slowest(int port, Duration time) {
      List<Greenlet<long[]>> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        clients.add(spawn(() -> exchange(port, time)));
      }
      Loomlet.joinAll(clients);
      long[] all =
          clients.stream().flatMapToLong(each -> Arrays.stream(each.resultNow())).toArray();
      Arrays.sort(all);
      return all[all.length * 99 / 100];
    }

    private static long[] exchange(int port, Duration time) throws IOException {
      long[] took = new long[200_000];
      int count = 0;
      byte[] answer = new byte[64];
      try (TcpStream stream = TcpStream.connect("127.0.0.1", port)) {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        for (long now = start; now < end && count < took.length; now = System.nanoTime()) {
          stream.write(answer);
          for (int n = 0; n < answer.length; ) {
            n += stream.read(answer, n, answer.length - n);
          }
          took[count++] = System.nanoTime() - now;
        }
      }
      return Arrays.copyOf(took, count);
    }
  }

  /** What one run of the program found. */
  private record Outcome(int stalled, long before, long meanwhile, int left) {}

  private static Outcome run(String engine, int readers, int megabytes, String heap, double seconds)
      throws IOException {
    try (ChildJvm child =
        ChildJvm.start(
            List.of(),
            List.of(
                "@" + ChildJvm.home().resolve("build/jvm.args"),
                "-Xmx" + heap,
                // In the full size it is about speed, too.
                "-XX:TieredStopAtLevel=" + (SIZE.isEmpty() ? 1 : 4)),
            Program.class,
            engine,
            Integer.toString(readers),
            Integer.toString(megabytes),
            Double.toString(seconds))) {
      int stalled = Integer.parseInt(child.lineAfter("stalled "));
      String[] p99 = child.lineAfter("p99 ").split(" ");
      int left = Integer.parseInt(child.lineAfter("left "));
      return new Outcome(stalled, Long.parseLong(p99[0]), Long.parseLong(p99[1]), left);
    }
  }

  @Test
  void leaveOthersServedInLittleMemory() throws Exception {
    if (!SIZE.isEmpty()) {
      full();
      return;
    }
    List<Future<Outcome>> outcomes = new ArrayList<>();
    try (ExecutorService two = Executors.newFixedThreadPool(2)) {
      for (Engines.Info each : Engines.all()) {
        if (each.isAvailable()) {
          outcomes.add(two.submit(() -> run(each.name(), 60, 100, "48m", 0.1)));
        }
      }
    }
    for (Future<Outcome> each : outcomes) {
      assertThat(each.get().stalled()).isEqualTo(60);
      assertThat(each.get().left()).isZero();
    }
  }

  private static void full() throws IOException {
    String engine = System.getProperty("loomlet.stalled.engine", Engines.AUTO);
    String[] size = SIZE.split("x");
    Outcome outcome = run(engine, Integer.parseInt(size[0]), Integer.parseInt(size[1]), "256m", 5);
    System.out.println(
        engine
            + ": p99 "
            + outcome.before() / 1000
            + " µs before, "
            + outcome.meanwhile() / 1000
            + " µs with "
            + outcome.stalled()
            + " stalled readers");
    assertThat(outcome.left()).isZero();
    assertThat(outcome.meanwhile()).isLessThanOrEqualTo(2 * outcome.before());
  }
}
