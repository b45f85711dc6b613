package dev.loomlet.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TcpStream;
import dev.loomlet.sim.Host;
import dev.loomlet.sim.SimMain;
import dev.loomlet.sim.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Programs that are simulated to see how long that takes. */
final class SimPrograms {
  private static final int PORT = 7000;
  private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: server\r\n\r\n".getBytes(UTF_8);

  private SimPrograms() {}

  /** Ten greenlets that let each other run so many times. */
  static SimMain yielding(int times) {
    return _ -> {
      List<Greenlet<?>> greenlets = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        greenlets.add(
            Loomlet.spawn(
                () -> {
                  for (int k = 0; k < times; k++) {
                    Loomlet.yield();
                  }
                }));
      }
      Loomlet.joinAll(greenlets);
    };
  }

  private static void serveEcho() throws IOException {
    StreamServer.Builder builder =
        StreamServer.builder(
            stream -> {
              byte[] buffer = new byte[256];
              for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                stream.write(buffer, 0, n);
              }
            });
    try (StreamServer server = builder.bind("0.0.0.0", PORT).start()) {
      server.join();
    }
  }

  private static void ask(TcpStream stream, byte[] question) throws IOException {
    stream.write(question);
    byte[] buffer = new byte[256];
    int got = 0;
    while (got < question.length) {
      int n = stream.read(buffer);
      if (n < 0) {
        throw new IOException("the other side has ended");
      }
      got += n;
    }
  }

  /** Hosts in a ring, each of which asks the next one ten times a second. */
  static SimMain chat(int hosts, Duration time) {
    return sim -> {
      List<Host> all = new ArrayList<>();
      for (int i = 0; i < hosts; i++) {
        all.add(sim.host("host-" + i));
      }
      for (int i = 0; i < hosts; i++) {
        String next = "host-" + (i + 1) % hosts;
        Host host = all.get(i);
        host.start(SimPrograms::serveEcho);
        host.spawn("client", () -> askEach(sim, next, 100, time));
      }
      sim.sleep(time);
    };
  }

  private static void askEach(Simulation sim, String server, long millis, Duration time)
      throws IOException {
    sim.sleep(Duration.ofMillis(10 + sim.random().nextLong(millis)));
    try (TcpStream stream = TcpStream.connect(server, PORT)) {
      while (sim.time().compareTo(time) < 0) {
        ask(stream, REQUEST);
        sim.sleep(Duration.ofMillis(millis));
      }
    }
  }

  /** A server and three clients that ask until they are answered, whatever happens. */
  static void echoUnderFaults(Simulation sim) {
    sim.host("server").start(SimPrograms::serveEcho);
    List<Host> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Host client = sim.host("client-" + i);
      clients.add(client);
      client.start(
          () -> {
            for (int k = 0; k < 5; k++) {
              askUntilAnswered(sim);
            }
          });
    }
    sim.sleep(Duration.ofSeconds(5));
    sim.calm();
    clients.forEach(Host::join);
  }

  private static void askUntilAnswered(Simulation sim) {
    while (true) {
      try (TcpStream stream = TcpStream.connect("server", PORT, Duration.ofSeconds(2))) {
        stream.setReadTimeout(Duration.ofSeconds(2));
        ask(stream, REQUEST);
        return;
      } catch (IOException e) {
        sim.sleep(Duration.ofMillis(100));
      }
    }
  }

  /** A server that four clients ask ten times a second each, over a new connection each minute. */
  static SimMain soak(Duration time) {
    return sim -> {
      sim.host("server").start(SimPrograms::serveEcho);
      List<Host> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Host client = sim.host("client-" + i);
        clients.add(client);
        client.start(
            () -> {
              while (sim.time().compareTo(time) < 0) {
                Duration until = sim.time().plusMinutes(1);
                askEach(sim, "server", 100, until.compareTo(time) < 0 ? until : time);
              }
            });
      }
      clients.forEach(Host::join);
    };
  }
}
