package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.net.UdpSocket;
import dev.loomlet.sim.SimulationFailure.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What schedules reach, and how they are made smaller. */
@Timeout(120)
final class ScheduleTest {

  /** The orders in which two greenlets take two steps each. */
  private static Set<String> orders(String schedule, int seeds) {
    Set<String> orders = new HashSet<>();
    for (int seed = 1; seed <= seeds; seed++) {
      Simulation.run(
          seed,
          SimOptions.parse("schedule=" + schedule),
          _ -> {
            StringBuilder order = new StringBuilder();
            Greenlet<?> one = Loomlet.spawn(() -> twice(order, 'a'));
            Greenlet<?> other = Loomlet.spawn(() -> twice(order, 'b'));
            Loomlet.joinAll(one, other);
            orders.add(order.toString());
          });
    }
    return orders;
  }

  private static void twice(StringBuilder order, char name) {
    order.append(name);
    Loomlet.yield();
    order.append(name);
  }

  @Test
  void pctInterruptsAsOftenAsItsDepthSays() {
    assertThat(orders("pct:1:4", 100)).containsOnly("aabb", "bbaa");
    assertThat(orders("pct:2:4", 200)).contains("abba", "baab");
  }

  @Test
  void chanceInterruptsWhoNeverWaits() {
    Set<String> orders = new HashSet<>();
    for (int seed = 1; seed <= 100; seed++) {
      Simulation.run(
          seed,
          sim -> {
            StringBuilder order = new StringBuilder();
            InetSocketAddress target = new InetSocketAddress(sim.main().address(), 9);
            Greenlet<?> one = Loomlet.spawn(() -> send(target, order, 'a'));
            Greenlet<?> other = Loomlet.spawn(() -> send(target, order, 'b'));
            Loomlet.joinAll(one, other);
            orders.add(order.toString());
          });
    }
    assertThat(orders).anyMatch(each -> !each.equals("aaaaabbbbb") && !each.equals("bbbbbaaaaa"));
  }

  private static void send(InetSocketAddress target, StringBuilder order, char name)
      throws IOException {
    try (UdpSocket socket = UdpSocket.bind("0.0.0.0", 0)) {
      for (int i = 0; i < 5; i++) {
        socket.send(new byte[1], target);
        order.append(name);
      }
    }
  }

  /** Fails in one way, or in another one if nobody departs from first in, first out. */
  private static void twoWaysToFail(Simulation sim) {
    StringBuilder order = new StringBuilder();
    Greenlet<?> one = Loomlet.spawn(() -> order.append('a'));
    Greenlet<?> other = Loomlet.spawn(() -> order.append('b'));
    Loomlet.joinAll(one, other);
    if (order.toString().equals("ab")) {
      Loomlet.spawn("left", () -> sim.sleep(Duration.ofHours(1)));
    } else {
      throw new IllegalStateException(order.toString());
    }
  }

  @Test
  void theSmallestScheduleFailsInTheSameWay() {
    // given
    SimulationFailure failure = null;
    for (int seed = 1; failure == null || failure.kind() != Kind.PROGRAM; seed++) {
      try {
        Simulation.run(seed, ScheduleTest::twoWaysToFail);
      } catch (SimulationFailure e) {
        failure = e;
      }
    }

    // when
    SimulationFailure smallest = Simulation.minimize(failure, ScheduleTest::twoWaysToFail);

    // then
    assertThat(smallest.kind()).isEqualTo(Kind.PROGRAM);
  }

  @Test
  void faultsThatAreNotNeededAreTurnedOff() {
    // given
    SimMain program =
        sim -> {
          sim.sleep(Duration.ofSeconds(2));
          throw new IllegalStateException("planted");
        };
    SimulationFailure failure = Runs.failureOf(SimOptions.defaults().withSwarm(Swarm.ALL), program);

    // when
    SimulationFailure smallest = Simulation.minimize(failure, program);

    // then
    assertThat(smallest.options().swarm().faults()).isEmpty();
  }
}
