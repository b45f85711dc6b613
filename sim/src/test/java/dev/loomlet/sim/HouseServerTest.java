package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TcpStream;
import dev.loomlet.sim.junit.SimTest;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Servers of the core that stop while they are busy, under many schedules. */
@Timeout(300)
final class HouseServerTest {
  private static final int PORT = 7000;

  /** How far requests have come. */
  private static final class Progress {
    int begun;
    int served;
    int answered;
  }

  private static StreamServer serve(Simulation sim, Progress progress) throws IOException {
    return StreamServer.builder(
            stream -> {
              byte[] question = new byte[1];
              if (stream.read(question) == 1) {
                progress.begun++;
                sim.sleep(Duration.ofMillis(sim.random().nextInt(50)));
                stream.write(question);
                progress.served++;
              }
            })
        .bind("0.0.0.0", PORT)
        .maxConnections(3)
        .start();
  }

  private static void ask(Progress progress) {
    byte[] answer = new byte[1];
    try (TcpStream stream = TcpStream.connect("main", PORT, Duration.ofSeconds(1))) {
      stream.write(new byte[] {7});
      if (stream.read(answer) == 1) {
        assertThat(answer[0]).isEqualTo((byte) 7);
        progress.answered++;
      }
    } catch (IOException e) {
      // It came too late.
    }
  }

  @SimTest(seeds = 300, options = "swarm=latency+slow_reader")
  void whatHasBegunIsServedByAServerThatStops(Simulation sim) throws Exception {
    Progress progress = new Progress();
    StreamServer server = serve(sim, progress);
    List<Host> clients = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Host client = sim.host("client-" + i);
      clients.add(client);
      client.start(
          () -> {
            sim.sleep(Duration.ofMillis(sim.random().nextInt(20)));
            ask(progress);
          });
    }
    sim.sleep(Duration.ofMillis(sim.random().nextInt(40)));

    int cancelled = server.stop(Duration.ofSeconds(30));

    assertThat(cancelled).isZero();
    assertThat(progress.served).isEqualTo(progress.begun);
    assertThat(server.connections()).isZero();
    sim.calm();
    clients.forEach(Host::join);
    assertThat(progress.answered).isEqualTo(progress.served);
    assertThatThrownBy(() -> TcpStream.connect("main", PORT)).isInstanceOf(ConnectException.class);
  }

  @SimTest(seeds = 300)
  void whoIsNotDoneInTimeIsCancelledAndCounted(Simulation sim) throws Exception {
    int[] ended = new int[1];
    StreamServer server =
        StreamServer.builder(
                stream -> {
                  try {
                    sim.sleep(Duration.ofMillis(sim.random().nextInt(20)));
                  } finally {
                    ended[0]++;
                  }
                })
            .bind("0.0.0.0", PORT)
            .start();
    List<Greenlet<?>> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(
          Loomlet.spawn(
              () -> {
                try (TcpStream stream = TcpStream.connect("main", PORT)) {
                  stream.read(new byte[1]);
                } catch (IOException e) {
                  // Reset, as it was cancelled.
                }
              }));
    }
    sim.sleep(Duration.ofMillis(sim.random().nextInt(10)));

    int cancelled = server.stop(Duration.ofMillis(sim.random().nextInt(10)));

    assertThat(cancelled).isLessThanOrEqualTo(4);
    assertThat(server.connections()).isZero();
    Loomlet.joinAll(clients);
    assertThat((long) ended[0]).isEqualTo(server.acceptedCount() - server.refusedCount());
  }
}
