package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.loomlet.Cancelled;
import dev.loomlet.Loomlet;
import dev.loomlet.file.LoopFiles;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.UdpSocket;
import dev.loomlet.sim.SimulationFailure.Kind;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What must not be left over when a simulation ends, and what one must not be run in. */
@Timeout(120)
final class LeakTest {

  @Test
  void aGreenletThatIsLeftOverIsALeak() {
    // given
    SimMain program = sim -> Loomlet.spawn("left", () -> sim.sleep(Duration.ofHours(2)));
    // then
    SimulationFailure failure = Runs.failureOf(program);
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("\"left\"");
    // but
    Simulation.run(7, SimOptions.defaults().withLeaksAllowed(true), program);
  }

  @Test
  void aSocketThatIsLeftOpenIsALeak() {
    // when
    SimulationFailure failure = Runs.failureOf(sim -> TcpListener.bind("127.0.0.1", 80));
    // then
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("the listener on 127.0.0.1:80");
  }

  @Test
  void aTimerThatIsLeftSetIsALeak() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim ->
                sim.host("other")
                    .start(() -> dev.loomlet.Timeout.start(Duration.ofHours(1)))
                    .join());
    // then
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("a timer is still set when everybody has ended");
  }

  @Test
  void aTimerThatIsClosedAndAPacketUnderWayAreNoLeaks() {
    Simulation.run(
        7,
        sim -> {
          try (var _ = dev.loomlet.Timeout.start(Duration.ofHours(1));
              UdpSocket socket = UdpSocket.bind("0.0.0.0", 0)) {
            socket.send(new byte[3], new InetSocketAddress(sim.host("other").address(), 9));
          }
        });
  }

  @Test
  void aFileThatIsLeftOpenOnAnotherHostIsALeak() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim ->
                sim.host("other")
                    .start(
                        () ->
                            LoopFiles.open(
                                Path.of("/tmp/left"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE))
                    .join());
    // then
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("host other").hasMessageContaining("/tmp/left");
  }

  @Test
  void aGreenletOfAHostThatDoesNotEndWhenCancelledIsALeak() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim -> {
              sim.host("stubborn")
                  .start(
                      () -> {
                        while (sim.time().compareTo(Duration.ofMinutes(1)) < 0) {
                          try {
                            sim.sleep(Duration.ofSeconds(1));
                          } catch (Cancelled e) {
                            Loomlet.yield();
                          }
                        }
                      });
              sim.sleep(Duration.ofMillis(1));
            });
    // then
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("do not end when they are cancelled");
  }

  @Test
  void aSimulationIsNotRunInsideOfOne() {
    Simulation.run(
        1,
        _ ->
            assertThatIllegalStateException()
                .isThrownBy(() -> Simulation.run(1, _ -> {}))
                .withMessageContaining("inside of a simulation"));
  }
}
