package dev.loomlet.cli.demo;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.spawn;

import dev.loomlet.Greenlet;
import dev.loomlet.bench.ProcessSample;
import dev.loomlet.bench.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All clients of one server: greenlets of the loop that calls. */
final class Crowd implements AutoCloseable {
  /** Connects at once; more could be more than the server's queue of new connections holds. */
  private static final int BATCH = 200;

  private final ServerProcess server;
  private final int size;
  private final List<EchoClient> clients = new ArrayList<>();
  private final Tally tally = new Tally();
  private final List<Round> rounds = new ArrayList<>();

  Crowd(ServerProcess server, int size) {
    this.server = server;
    this.size = size;
  }

  String name() {
    return server.name();
  }

  Tally tally() {
    return tally;
  }

  List<Round> rounds() {
    return rounds;
  }

  /** Connects all clients. */
  void connect() {
    for (int first = 0; first < size; first += BATCH) {
      List<Greenlet<?>> connecting = new ArrayList<>();
      for (int i = first; i < Math.min(size, first + BATCH); i++) {
        int number = i;
        connecting.add(spawn(() -> connect(number)));
      }
      joinAll(connecting);
    }
  }

  private void connect(int number) {
    try {
      clients.add(EchoClient.connect(number, server.port()));
    } catch (IOException e) {
      tally.failed("client " + number + ": " + e.getMessage());
    }
  }

  /** Has all clients talk for a while, so that both sides get compiled; counts problems only. */
  void warmUp(Duration time) {
    talk(time);
    tally.endWarmUp();
  }

  /** Has all clients talk for a while, and notes what that cost the server. */
  Round visit(Duration time) {
    Optional<ProcessSample> before = ProcessSample.of(server.pid());
    long repliesBefore = tally.replies();
    long start = System.nanoTime();
    talk(time);
    double seconds = (System.nanoTime() - start) / 1e9;
    Optional<ProcessSample> used =
        before.flatMap(first -> ProcessSample.of(server.pid()).map(now -> now.minus(first)));
    Round round = new Round(tally.replies() - repliesBefore, seconds, used);
    rounds.add(round);
    return round;
  }

  /**
   * In waves: each client has one reply before any gets a second one. Without that, a server with a
   * thread for each client answers a few of them over and over, from a warm cache, while the others
   * wait half a second for their threads; its figures would be those of a few clients.
   */
  private void talk(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    List<Greenlet<?>> wave = new ArrayList<>(clients.size());
    do {
      wave.clear();
      for (EchoClient each : clients) {
        wave.add(spawn(() -> each.talk(tally)));
      }
      joinAll(wave);
    } while (end - System.nanoTime() > 0);
  }

  @Override
  public void close() {
    clients.forEach(EchoClient::close);
  }
}
