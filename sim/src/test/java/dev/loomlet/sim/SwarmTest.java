package dev.loomlet.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.file.LoopFiles;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults that come by themselves, and go. */
@Timeout(120)
final class SwarmTest {
  private static final int PORT = 7000;
  private static final int SEEDS = 20;

  private static SimOptions with(Fault fault) {
    return SimOptions.defaults().withSwarm(Swarm.exactly(Set.of(fault))).withLeaksAllowed(true);
  }

  /** Asks a server on the same host again and again, and writes files. */
  private static void work(Simulation sim, Set<String> signs) {
    for (int i = 0; true; i++) {
      try (TcpStream client = TcpStream.connect("main", PORT, Duration.ofSeconds(1))) {
        client.setReadTimeout(Duration.ofSeconds(1));
        client.write(new byte[1]);
        client.read(new byte[1]);
        LoopFiles.writeString(Path.of("/tmp/file" + i), "content");
      } catch (IOException e) {
        signs.add(String.valueOf(e.getMessage()));
      }
      sim.sleep(Duration.ofMillis(20));
    }
  }

  /** Says how long its reads took of what was there. */
  private static void answer(Simulation sim, Set<String> signs) throws IOException {
    try (TcpListener listener = TcpListener.bind("0.0.0.0", PORT)) {
      while (true) {
        try (TcpStream stream = listener.accept()) {
          sim.sleep(Duration.ofMillis(50));
          Duration before = sim.time();
          stream.read(new byte[1]);
          if (sim.time().compareTo(before) > 0) {
            signs.add("slow");
          }
          stream.write(new byte[1]);
        } catch (IOException e) {
          signs.add(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PARTITION, cannot reach",
    "LATENCY, has another latency",
    "LOSS, loses 0.3",
    "DUPLICATION, doubles 0.3",
    "RESET, reset",
    "HALF_OPEN, reset",
    "SLOW_READER, slow",
    "SKEW, clock ahead by ns",
    "CRASH, crashes: power lost",
    "DISK_FULL, no space left",
    "DISK_ERROR, disk fails",
  })
  void eachFaultHappens(Fault fault, String sign) {
    // given
    Set<String> signs = new HashSet<>();

    // when
    for (int seed = 1; seed <= SEEDS && !isThere(sign, signs); seed++) {
      Simulation.run(
          seed,
          with(fault),
          sim -> {
            sim.main().spawn("server", () -> answer(sim, signs));
            sim.host("other").start(() -> work(sim, signs));
            for (int i = 0; i < 20 && !isThere(sign, signs); i++) {
              sim.sleep(Duration.ofMillis(200));
              sim.timeline().lines().forEach(each -> signs.add(each.replaceAll("^.{14}", "")));
            }
          });
    }

    // then
    assertThat(signs).anyMatch(each -> each.contains(sign));
  }

  private static boolean isThere(String sign, Set<String> signs) {
    return signs.stream().anyMatch(each -> each.contains(sign));
  }

  @Test
  void whenAllIsCalmEverybodyReachesEverybody() {
    for (int seed = 1; seed <= 50; seed++) {
      Simulation.run(
          seed,
          with(Fault.PARTITION),
          sim -> {
            sim.main().spawn("server", () -> answer(sim, new HashSet<>()));
            Host other = sim.host("other");
            sim.sleep(Duration.ofMillis(1 + sim.random().nextInt(1000)));

            sim.calm();

            byte[] answer = new byte[1];
            other
                .spawn(
                    "client",
                    () -> {
                      try (TcpStream client =
                          TcpStream.connect("main", PORT, Duration.ofSeconds(1))) {
                        client.write("?".getBytes(UTF_8));
                        assertThat(client.read(answer)).isEqualTo(1);
                      }
                    })
                .get();
          });
    }
  }

  @Test
  void whenAllIsCalmHostsAreUpAndTheirClocksAndDisksAreRight() {
    Set<Fault> faults = Set.of(Fault.SKEW, Fault.CRASH, Fault.DISK_FULL);
    SimOptions options =
        SimOptions.defaults().withSwarm(Swarm.exactly(faults)).withLeaksAllowed(true);
    for (int seed = 1; seed <= 50; seed++) {
      Simulation.run(
          seed,
          options,
          sim -> {
            Host host = sim.host("host");
            host.start(() -> sim.sleep(Duration.ofHours(1)));
            sim.sleep(Duration.ofMillis(500 + sim.random().nextInt(1000)));

            sim.calm();

            assertThat(host.isUp()).isTrue();
            host.spawn(
                    "check",
                    () -> {
                      LoopFiles.writeString(Path.of("/tmp/more"), "than there was");
                      assertThat(Duration.ofMillis(sim.clock().currentTimeMillis()))
                          .isEqualTo(
                              Duration.ofMillis(options.start().plus(sim.time()).toEpochMilli()));
                    })
                .get();
          });
    }
  }
}
