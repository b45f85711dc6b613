package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.net.UdpSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where the simulated network is at its limits, and how connections end. */
@Timeout(120)
final class SimNetworkLimitsTest {
  private static final int PORT = 7000;
  private static final int SEEDS = 20;

  private interface BothEnds {
    void use(TcpStream client, TcpStream server) throws Exception;
  }

  /** The client on {@code main}, the server on a host of its own, which has nobody else. */
  private static void connected(Simulation sim, BothEnds ends) throws Exception {
    TcpStream[] accepted = new TcpStream[1];
    Greenlet<?> server =
        sim.host("server")
            .spawn(
                "server",
                () -> {
                  try (TcpListener listener = TcpListener.bind("0.0.0.0", PORT)) {
                    accepted[0] = listener.accept();
                  }
                });
    sim.sleep(Duration.ofMillis(1));
    try (TcpStream client = TcpStream.connect("server", PORT)) {
      server.join();
      try (TcpStream peer = accepted[0]) {
        ends.use(client, peer);
      }
    }
  }

  /** What the two do in each of some simulations. */
  private interface Run {
    void use(Simulation sim, TcpStream client, TcpStream server) throws Exception;
  }

  private static void connectedUnderSeeds(Run run) {
    Runs.under(SEEDS, sim -> connected(sim, (client, server) -> run.use(sim, client, server)));
  }

  @Test
  void bytesOfAConnectionKeepTheirOrder() {
    Runs.under(
        SEEDS,
        sim -> {
          sim.network().latency(Latency.uniform(Duration.ZERO, Duration.ofMillis(50)));
          sim.network().loss(0.1);
          connected(
              sim,
              (client, server) -> {
                for (int i = 0; i < 100; i++) {
                  client.write(new byte[] {(byte) i});
                  sim.sleep(Duration.ofMillis(sim.random().nextInt(2)));
                }
                for (int i = 0; i < 100; i++) {
                  byte[] next = new byte[1];
                  assertThat(server.read(next)).isEqualTo(1);
                  assertThat(next[0]).isEqualTo((byte) i);
                }
              });
        });
  }

  @Test
  void aHostThatReadsSlowlyTakesItsTimeForEachRead() {
    connectedUnderSeeds(
        (sim, client, server) -> {
          client.write(new byte[3]);
          sim.sleep(Duration.ofMillis(10));
          sim.hosts().getLast().slowReads(Duration.ofMillis(100));
          Duration before = sim.time();
          for (int i = 0; i < 3; i++) {
            assertThat(server.read(new byte[1])).isEqualTo(1);
          }
          assertThat(sim.time().minus(before)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        });
  }

  @Test
  void whoWritesToAPeerThatHasClosedIsReset() {
    connectedUnderSeeds(
        (sim, client, server) -> {
          server.close();
          sim.sleep(Duration.ofSeconds(10));
          client.write(new byte[1]);
          sim.sleep(Duration.ofSeconds(10));
          assertThatThrownBy(() -> client.write(new byte[1])).isInstanceOf(SocketException.class);
        });
  }

  @Test
  void whoClosesWithoutHavingReadAllResetsHisPeer() {
    connectedUnderSeeds(
        (sim, client, server) -> {
          client.write(new byte[1]);
          sim.sleep(Duration.ofSeconds(10));
          server.close();
          assertThatThrownBy(() -> client.read(new byte[1]))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("reset");
        });
  }

  @Test
  void oneReadsAtATime() {
    connectedUnderSeeds(
        (sim, client, server) -> {
          Greenlet<Integer> first = Loomlet.spawn(() -> server.read(new byte[1]));
          sim.sleep(Duration.ofMillis(1));
          assertThatThrownBy(() -> server.read(new byte[1]))
              .isInstanceOf(ResourceBusyException.class);
          client.write(new byte[1]);
          assertThat(first.get()).isEqualTo(1);
        });
  }

  @Test
  void aHostWithoutDescriptorsDoesNotAccept() {
    Runs.under(
        SEEDS,
        sim -> {
          Host server = sim.host("server");
          Greenlet<?> accepting =
              server.spawn(
                  "server",
                  () -> {
                    try (TcpListener listener = TcpListener.bind("0.0.0.0", PORT)) {
                      sim.currentHost().descriptorLimit(1);
                      assertThatThrownBy(listener::accept)
                          .isInstanceOf(DescriptorsExhaustedException.class);
                      sim.currentHost().descriptorLimit(2);
                      listener.accept().close();
                    }
                  });
          sim.sleep(Duration.ofMillis(1));
          try (TcpStream _ = TcpStream.connect("server", PORT)) {
            accepting.get();
          }
        });
  }

  @Test
  void whoFindsAFullQueueTriesAgain() {
    Runs.under(
        SEEDS,
        sim -> {
          Host server = sim.host("server");
          server.start(
              () -> {
                ListenOptions options = ListenOptions.DEFAULT.withBacklog(1);
                try (TcpListener listener =
                    TcpListener.bind(new InetSocketAddress("0.0.0.0", PORT), options)) {
                  sim.sleep(Duration.ofMillis(500));
                  for (int i = 0; i < 2; i++) {
                    listener.accept().close();
                  }
                }
              });
          sim.sleep(Duration.ofMillis(1));
          List<Duration> times = new ArrayList<>();
          List<Greenlet<?>> clients = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            clients.add(
                Loomlet.spawn(
                    () -> {
                      try (TcpStream _ = TcpStream.connect("server", PORT)) {
                        times.add(sim.time());
                      }
                      return null;
                    }));
          }
          Loomlet.joinAll(clients);
          assertThat(times).hasSize(2);
          assertThat(times.getFirst()).isLessThan(Duration.ofMillis(500));
          assertThat(times.getLast()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        });
  }

  @Test
  void toConnectToWhomNothingReachesIsGivenUpAfterTwoMinutes() {
    Runs.under(
        SEEDS,
        sim -> {
          Host server = sim.host("server");
          sim.network().partition(server);
          assertThatThrownBy(() -> TcpStream.connect("server", PORT, Duration.ofHours(1)))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("timed out");
          assertThat(sim.time()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(130));
        });
  }

  @Test
  void datagramsThatNobodyReceivesAreLostWhenThereIsNoMoreRoom() {
    Runs.under(
        SEEDS,
        sim -> {
          InetSocketAddress here = new InetSocketAddress(sim.main().address(), PORT);
          try (UdpSocket receiver = UdpSocket.bind("0.0.0.0", PORT);
              UdpSocket sender = UdpSocket.bind("0.0.0.0", 0)) {
            for (int i = 0; i < 300; i++) {
              sender.send(new byte[1000], here);
            }
            sim.sleep(Duration.ofSeconds(10));
            int received = 0;
            receiver.setReceiveTimeout(Duration.ofMillis(1));
            try {
              while (true) {
                receiver.receive();
                received++;
              }
            } catch (SocketTimeoutException e) {
              assertThat(received).isEqualTo(212);
            }
          }
        });
  }

  @Test
  void aConnectedSocketHearsItsPeerAlone() {
    Runs.under(
        SEEDS,
        sim -> {
          InetSocketAddress here = new InetSocketAddress(sim.main().address(), PORT);
          try (UdpSocket receiver = UdpSocket.bind("0.0.0.0", PORT);
              UdpSocket peer = UdpSocket.bind("0.0.0.0", PORT + 1);
              UdpSocket other = UdpSocket.bind("0.0.0.0", PORT + 2)) {
            receiver.connect(new InetSocketAddress(sim.main().address(), PORT + 1));
            other.send(new byte[1], here);
            sim.sleep(Duration.ofSeconds(1));
            peer.send(new byte[2], here);
            assertThat(receiver.receive().data()).hasSize(2);
          }
        });
  }

  @Test
  void aPartThatIsNotThereIsSaid() {
    Simulation.run(
        1,
        _ ->
            assertThatThrownBy(() -> TcpStream.connect("10.9.9.9", PORT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no host of the simulation has it"));
  }
}
