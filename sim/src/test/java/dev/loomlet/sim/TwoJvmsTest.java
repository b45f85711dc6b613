package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Loomlet;
import dev.loomlet.net.TcpStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same seed gives the same trace hash in another JVM, too. */
@Timeout(120)
final class TwoJvmsTest {
  private static final int SEEDS = 100;

  /** Runs the same program under many seeds, and prints the hashes. */
  static final class Printer {
    public static void main(String[] unused) {
      // What the JVM counts must not matter.
      for (int i = 0; i < 17; i++) {
        Thread.ofVirtual().unstarted(() -> {});
      }
      hashes().forEach(System.out::println);
    }
  }

  private static List<String> hashes() {
    List<String> hashes = new ArrayList<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      hashes.add(Long.toHexString(Simulation.run(seed, TwoJvmsTest::program).traceHash()));
    }
    return hashes;
  }

  private static void program(Simulation sim) throws Exception {
    Host server = sim.host("server");
    server.start(SimNetworkTest::echo);
    sim.sleep(Duration.ofMillis(1));
    List<Host> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Host client = sim.host("client-" + i);
      clients.add(client);
      client.start(
          () -> {
            for (int k = 0; k < 3; k++) {
              try (TcpStream stream = TcpStream.connect("server", 7000)) {
                stream.write(new byte[100]);
                stream.read(new byte[100]);
                Loomlet.sleep(Duration.ofMillis(sim.random().nextInt(10)));
              } catch (IOException e) {
                sim.note(String.valueOf(e.getMessage()));
              }
            }
          });
    }
    sim.sleep(Duration.ofMillis(5));
    server.restart();
    clients.forEach(Host::join);
  }

  @Test
  void hashesAreEqual() throws Exception {
    // when
    List<String> own = hashes();
    List<String> theirs = OtherJvm.run(Printer.class);

    // then
    assertThat(theirs).isEqualTo(own).hasSize(SEEDS).doesNotHaveDuplicates();
  }
}
