package dev.loomlet.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.net.Datagram;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.net.UdpSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The public sockets, on the simulated network. */
@Timeout(120)
final class SimNetworkTest {
  private static final int PORT = 7000;
  private static final int SEEDS = 50;

  private static void each(SimMain program) {
    Runs.under(SEEDS, program);
  }

  /** Sends back what it gets. */
  static void echo() throws IOException {
    try (TcpListener listener = TcpListener.bind("0.0.0.0", PORT)) {
      while (true) {
        TcpStream stream = listener.accept();
        Loomlet.spawn(
            () -> {
              try (stream) {
                byte[] buffer = new byte[512];
                for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                  stream.write(buffer, 0, n);
                }
              } catch (IOException e) {
                // The peer is gone.
              }
            });
      }
    }
  }

  private static Host echoServer(Simulation sim) {
    Host server = sim.host("server");
    server.start(SimNetworkTest::echo);
    // It listens before anybody connects.
    sim.sleep(Duration.ofMillis(1));
    return server;
  }

  private static byte[] readFully(TcpStream stream, int length) throws IOException {
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      byte[] part = new byte[length - done];
      int n = stream.read(part);
      if (n < 0) {
        return Arrays.copyOf(bytes, done);
      }
      System.arraycopy(part, 0, bytes, done, n);
      done += n;
    }
    return bytes;
  }

  private static String ask(TcpStream stream, String text) throws IOException {
    stream.write(text.getBytes(UTF_8));
    return new String(readFully(stream, text.length()), UTF_8);
  }

  @Test
  void manyTalkToOneByName() {
    each(
        sim -> {
          // given
          Host server = echoServer(sim);
          AtomicInteger answers = new AtomicInteger();
          List<Host> clients = new ArrayList<>();
          // when
          for (int i = 0; i < 5; i++) {
            Host client = sim.host("client-" + i);
            clients.add(client);
            client.start(
                () -> {
                  try (TcpStream stream = TcpStream.connect("server", PORT)) {
                    assertThat(stream.remoteAddress().getAddress()).isEqualTo(server.address());
                    assertThat(stream.localAddress().getAddress()).isEqualTo(client.address());
                    for (int k = 0; k < 10; k++) {
                      assertThat(ask(stream, client.name() + k)).isEqualTo(client.name() + k);
                      answers.incrementAndGet();
                    }
                  }
                });
          }
          clients.forEach(Host::join);
          // then
          assertThat(answers).hasValue(50);
        });
  }

  @Test
  void muchDataArrivesWholeAndInOrderWhateverTheLinkLoses() {
    byte[] data = new byte[300_000];
    new Random(1).nextBytes(data);
    Simulation.runAll(
        1,
        10,
        SimOptions.defaults(),
        sim -> {
          // given
          sim.network().loss(0.1);
          sim.network().fragmentation(0.5);
          echoServer(sim);
          // when
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            Greenlet<byte[]> reader = Loomlet.spawn(() -> readFully(stream, data.length));
            stream.write(data);
            // then
            assertThat(reader.get()).isEqualTo(data);
          }
        });
  }

  @Test
  void aWriterWaitsForASlowReader() {
    each(
        sim -> {
          // given
          Host server = sim.host("server");
          server.start(
              () -> {
                try (TcpListener listener = TcpListener.bind("server", PORT);
                    TcpStream stream = listener.accept()) {
                  sim.sleep(Duration.ofMinutes(1));
                  assertThat(readFully(stream, 1_000_000)).hasSize(1_000_000);
                }
              });
          sim.sleep(Duration.ofMillis(1));
          // when
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            stream.write(new byte[1_000_000]);
            // then
            assertThat(sim.time()).isGreaterThan(Duration.ofMinutes(1));
            server.join();
          }
        });
  }

  @Test
  void theEndOfTheStreamIsSeenOnBothSides() {
    each(
        sim -> {
          echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            stream.write("bye".getBytes(UTF_8));
            // when
            stream.shutdownOutput();
            // then
            assertThat(readFully(stream, 100)).isEqualTo("bye".getBytes(UTF_8));
            assertThatThrownBy(() -> stream.write(new byte[1]))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("broken pipe");
          }
        });
  }

  @Test
  void nobodyListensThere() {
    each(
        sim -> {
          sim.host("server");
          assertThatThrownBy(() -> TcpStream.connect("server", PORT))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("10.0.0.2:7000: connection refused");
          assertThatThrownBy(() -> TcpStream.connect("nobody", PORT))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("'nobody'");
          assertThatThrownBy(() -> TcpStream.connect("10.9.9.9", PORT))
              .isInstanceOf(NoRouteToHostException.class);
          assertThatThrownBy(() -> TcpListener.bind("server", PORT))
              .isInstanceOf(BindException.class)
              .hasMessageContaining("not available on host main");
        });
  }

  @Test
  void aPortBelongsToOneListenerUnlessItIsShared() {
    each(
        sim -> {
          try (TcpListener first = TcpListener.bind("127.0.0.1", PORT)) {
            assertThatThrownBy(() -> TcpListener.bind("0.0.0.0", PORT))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("already in use");
            assertThat(first.port()).isEqualTo(PORT);
          }
          ListenOptions shared = ListenOptions.DEFAULT.withReusePort(true);
          InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), PORT);
          try (TcpListener one = TcpListener.bind(any, shared);
              TcpListener other = TcpListener.bind(any, shared)) {
            assertThat(one.port()).isEqualTo(other.port());
          }
        });
  }

  @Test
  void aPartitionHoldsConnectionsUpUntilItHeals() {
    each(
        sim -> {
          // given
          Host server = echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            assertThat(ask(stream, "one")).isEqualTo("one");
            // when
            sim.network().partition(server);
            stream.setReadTimeout(Duration.ofSeconds(3));
            stream.write("two".getBytes(UTF_8));
            assertThatThrownBy(() -> stream.read(new byte[10]))
                .isInstanceOf(SocketTimeoutException.class);
            sim.network().heal();
            // then
            stream.setReadTimeout(null);
            assertThat(readFully(stream, 3)).isEqualTo("two".getBytes(UTF_8));
          }
        });
  }

  @Test
  void aConnectionIsGivenUpAfterAQuarterOfAnHour() {
    each(
        sim -> {
          // given
          Host server = echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            sim.network().partition(server);
            stream.write(new byte[10]);
            // when, then
            assertThatThrownBy(() -> stream.read(new byte[10]))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("connection timed out");
            assertThat(sim.time()).isBetween(Duration.ofMinutes(15), Duration.ofMinutes(20));
          }
        });
  }

  @Test
  void toConnectAcrossAPartitionWaitsForItToHeal() {
    each(
        sim -> {
          Host server = echoServer(sim);
          sim.network().partition(server);
          assertThatThrownBy(() -> TcpStream.connect("server", PORT, Duration.ofSeconds(5)))
              .isInstanceOf(SocketTimeoutException.class);
          Greenlet<String> asker =
              Loomlet.spawn(
                  () -> {
                    try (TcpStream stream = TcpStream.connect("server", PORT)) {
                      return ask(stream, "there");
                    }
                  });
          sim.sleep(Duration.ofSeconds(2));
          sim.network().heal();
          assertThat(asker.get()).isEqualTo("there");
        });
  }

  @Test
  void aResetIsSeenByBothEnds() {
    each(
        sim -> {
          Host server = echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            ask(stream, "one");
            // when
            assertThat(sim.network().reset(sim.main(), server)).isEqualTo(1);
            // then
            assertThatThrownBy(() -> stream.read(new byte[1]))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset by peer");
          }
        });
  }

  @Test
  void ofAHalfOpenConnectionOneLearnsWhenOneSends() {
    each(
        sim -> {
          Host server = echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            ask(stream, "one");
            sim.network().halfOpen(server, sim.main());
            // when: it only listens
            stream.setReadTimeout(Duration.ofMinutes(10));
            assertThatThrownBy(() -> stream.read(new byte[1]))
                .isInstanceOf(SocketTimeoutException.class);
            // then: it sends
            stream.write(new byte[1]);
            assertThatThrownBy(() -> stream.read(new byte[1]))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset by peer");
          }
        });
  }

  @Test
  void afterACrashThePeerLearnsOfItFromTheNextLife() {
    each(
        sim -> {
          Host server = echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            ask(stream, "one");
            server.crash();
            sim.sleep(Duration.ofSeconds(10));
            server.restart();
            sim.sleep(Duration.ofSeconds(1));
            stream.write(new byte[1]);
            assertThatThrownBy(() -> stream.read(new byte[1]))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset by peer");
          }
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            assertThat(ask(stream, "two")).isEqualTo("two");
          }
        });
  }

  @Test
  void theKernelClosesTheConnectionsOfAProgramThatIsKilled() {
    each(
        sim -> {
          Host server = echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            ask(stream, "one");
            server.kill();
            assertThat(stream.read(new byte[1])).isEqualTo(-1);
          }
        });
  }

  @Test
  void bandwidthLimitsHowFastBytesArrive() {
    each(
        sim -> {
          Host server = sim.host("server");
          server.start(
              () -> {
                try (TcpListener listener = TcpListener.bind("server", PORT);
                    TcpStream stream = listener.accept()) {
                  readFully(stream, 100_000);
                }
              });
          sim.sleep(Duration.ofMillis(1));
          sim.network().bandwidth(sim.main(), server, 10_000);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            stream.write(new byte[100_000]);
            server.join();
          }
          assertThat(sim.time()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(12));
        });
  }

  @Test
  void datagramsGetLostDoubledAndOvertakeOneAnother() {
    AtomicInteger lost = new AtomicInteger();
    AtomicInteger doubled = new AtomicInteger();
    AtomicInteger overtaken = new AtomicInteger();
    each(
        sim -> {
          // given
          sim.network().loss(0.2);
          sim.network().duplication(0.2);
          Host receiver = sim.host("receiver");
          List<Integer> got = new ArrayList<>();
          receiver.start(
              () -> {
                try (UdpSocket socket = UdpSocket.bind("receiver", PORT)) {
                  while (true) {
                    Datagram datagram = socket.receive();
                    assertThat(datagram.sender().getAddress()).isEqualTo(sim.main().address());
                    got.add((int) datagram.data()[0]);
                  }
                }
              });
          sim.sleep(Duration.ofMillis(1));
          // when
          try (UdpSocket socket = UdpSocket.open()) {
            for (int i = 0; i < 50; i++) {
              socket.send(new byte[] {(byte) i}, new InetSocketAddress(receiver.address(), PORT));
            }
          }
          sim.sleep(Duration.ofSeconds(5));
          // then
          List<Integer> distinct = got.stream().distinct().toList();
          lost.addAndGet(50 - distinct.size());
          doubled.addAndGet(got.size() - distinct.size());
          overtaken.addAndGet(distinct.equals(distinct.stream().sorted().toList()) ? 0 : 1);
        });
    assertThat(lost.get()).isBetween(SEEDS * 5, SEEDS * 15);
    assertThat(doubled.get()).isBetween(SEEDS * 4, SEEDS * 12);
    assertThat(overtaken).hasValue(SEEDS);
  }

  @Test
  void aConnectedSocketHearsThatNobodyListens() {
    each(
        sim -> {
          sim.host("receiver");
          try (UdpSocket socket = UdpSocket.open()) {
            socket.connect("receiver", PORT);
            socket.send(new byte[1]);
            assertThatThrownBy(socket::receive).isInstanceOf(PortUnreachableException.class);
          }
        });
  }

  @Test
  void aReadTimeOutIsExact() {
    each(
        sim -> {
          echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            stream.setReadTimeout(Duration.ofMillis(250));
            Duration before = sim.time();
            assertThatThrownBy(() -> stream.read(new byte[1]))
                .isInstanceOf(SocketTimeoutException.class);
            // The lowest bit of a deadline says that there is one.
            assertThat(sim.time().minus(before))
                .isBetween(Duration.ofMillis(250), Duration.ofMillis(250).plusNanos(1));
          }
        });
  }

  @Test
  void descriptorsCanBeExhausted() {
    each(
        sim -> {
          Host host = sim.host("poor");
          host.descriptorLimit(1);
          host.start(
              () -> {
                try (TcpListener listener = TcpListener.bind("poor", PORT)) {
                  assertThat(listener.isOpen()).isTrue();
                  assertThatThrownBy(() -> TcpListener.bind("poor", PORT + 1))
                      .hasMessageContaining("too many open files");
                }
              });
          host.join();
        });
  }

  @Test
  void oneDirectionOfALinkCanBeBlocked() {
    each(
        sim -> {
          Host server = echoServer(sim);
          try (TcpStream stream = TcpStream.connect("server", PORT)) {
            ask(stream, "one");
            // when: the server hears, and is not heard
            sim.network().block(server, sim.main());
            stream.setReadTimeout(Duration.ofSeconds(1));
            stream.write("two".getBytes(UTF_8));
            assertThatThrownBy(() -> stream.read(new byte[1]))
                .isInstanceOf(SocketTimeoutException.class);
            sim.network().unblock(server, sim.main());
            // then
            stream.setReadTimeout(null);
            assertThat(readFully(stream, 3)).isEqualTo("two".getBytes(UTF_8));
          }
        });
  }
}
