package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code synchronized} and {@code Object.wait}: the seed decides who goes on, and nothing else. */
@Timeout(120)
final class MonitorTest {
  private static final int SEEDS = 50;

  /** Runs the same programs under many seeds, and prints the hashes. */
  static final class Printer {
    public static void main(String[] unused) {
      hashes().forEach(System.out::println);
    }
  }

  private static List<String> hashes() {
    List<String> hashes = new ArrayList<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      hashes.add(
          Long.toHexString(Simulation.run(seed, MonitorTest::locks).traceHash())
              + " "
              + Long.toHexString(Simulation.run(seed, MonitorTest::queue).traceHash()));
    }
    return hashes;
  }

  /** Eight who hold one or both of two monitors, and wait meanwhile. */
  private static void locks(Simulation sim) {
    Object one = new Object();
    Object other = new Object();
    StringBuilder order = new StringBuilder();
    List<Greenlet<?>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int number = i;
      all.add(
          Loomlet.spawn(
              () -> {
                for (int round = 0; round < 3; round++) {
                  synchronized (number % 3 == 0 ? other : one) {
                    order.append(number);
                    Loomlet.sleep(Duration.ofMillis(number % 2));
                  }
                  synchronized (one) {
                    synchronized (other) {
                      order.append((char) ('a' + number));
                      Loomlet.sleep(Duration.ZERO);
                    }
                  }
                }
                return null;
              }));
    }
    Loomlet.joinAll(all);
    sim.note(order.toString());
  }

  /** A queue in the old way: several who wait to be notified, one by one or all. */
  private static void queue(Simulation sim) {
    List<Integer> queue = new ArrayList<>();
    StringBuilder order = new StringBuilder();
    List<Greenlet<?>> takers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      takers.add(
          Loomlet.spawn(
              () -> {
                for (int k = 0; k < 3; k++) {
                  synchronized (queue) {
                    while (queue.isEmpty()) {
                      queue.wait(number == 4 ? 3 : 0);
                    }
                    order.append(number).append('=').append(queue.removeFirst()).append(' ');
                  }
                }
                return null;
              }));
    }
    for (int i = 0; i < 15; i++) {
      synchronized (queue) {
        queue.add(i);
        if (i % 4 == 0) {
          queue.notifyAll();
        } else {
          queue.notify();
        }
      }
      if (i % 2 == 0) {
        Loomlet.sleep(Duration.ofMillis(sim.random().nextInt(3)));
      }
    }
    for (Greenlet<?> each : takers) {
      while (!each.isDone()) {
        synchronized (queue) {
          queue.notifyAll();
        }
        Loomlet.sleep(Duration.ofMillis(1));
      }
    }
    sim.note(order.toString());
  }

  @Test
  void hashesAreEqualHereAndInAnotherJvm() throws Exception {
    // when
    List<String> first = hashes();
    List<String> again = hashes();
    List<String> theirs = OtherJvm.run(Printer.class);

    // then
    assertThat(again).isEqualTo(first);
    assertThat(theirs).isEqualTo(first).hasSize(SEEDS).doesNotHaveDuplicates();
  }

  @Test
  void whoIsLetInGoesOnWithoutTimePassing() {
    Simulation.run(
        1,
        sim -> {
          // given
          Object monitor = new Object();
          Duration[] entered = new Duration[1];
          Greenlet<?> waiting;
          synchronized (monitor) {
            waiting =
                Loomlet.spawn(
                    () -> {
                      synchronized (monitor) {
                        entered[0] = sim.time();
                      }
                      return null;
                    });
            Loomlet.sleep(Duration.ofMillis(5));
          }

          // when
          waiting.join();

          // then
          assertThat(entered[0]).isEqualTo(Duration.ofMillis(5));
        });
  }

  @Test
  void toWaitForNobodyToNotifyIsALostWakeUp() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim -> {
              Object monitor = new Object();
              synchronized (monitor) {
                monitor.wait();
              }
            });

    // then
    assertThat(failure.kind()).isEqualTo(SimulationFailure.Kind.LOST_WAKE_UP);
  }

  @Test
  void aCircleOfMonitorsEndsTheRun() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim -> {
              Object one = new Object();
              Object other = new Object();
              Greenlet<?> crossing =
                  Loomlet.spawn(
                      () -> {
                        synchronized (other) {
                          Loomlet.sleep(Duration.ofMillis(1));
                          synchronized (one) {
                            return null;
                          }
                        }
                      });
              synchronized (one) {
                Loomlet.sleep(Duration.ofMillis(1));
                synchronized (other) {
                  crossing.join();
                }
              }
            });

    // then
    assertThat(failure.kind())
        .isIn(SimulationFailure.Kind.DEADLOCK, SimulationFailure.Kind.LOST_WAKE_UP);
  }

  @Test
  void virtualThreadsOfTheProgramAreChosenAmongToo() {
    // given
    SimMain program =
        sim -> {
          StringBuilder order = new StringBuilder();
          List<Thread> all = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            int number = i;
            all.add(
                Thread.ofVirtual()
                    .start(
                        () -> {
                          for (int k = 0; k < 3; k++) {
                            synchronized (order) {
                              order.append(number);
                              Thread.yield();
                            }
                            Thread.yield();
                          }
                        }));
          }
          for (Thread each : all) {
            each.join();
          }
          sim.note(order.toString());
        };

    // when
    List<Long> hashes = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      hashes.add(Simulation.runTwice(seed, SimOptions.defaults(), program).traceHash());
    }

    // then
    assertThat(hashes).doesNotHaveDuplicates();
  }

  @Test
  void aVirtualThreadIsOnTheHostOfWhoStartedIt() {
    Simulation.run(
        1,
        sim -> {
          // given
          Host host = sim.host("other");
          String[] seen = new String[2];

          // when
          host.start(
              () ->
                  Thread.ofVirtual()
                      .start(
                          () -> {
                            seen[0] = sim.currentHost().name();
                            Thread.yield();
                            seen[1] = sim.currentHost().name();
                          })
                      .join());
          host.join();

          // then
          assertThat(seen).containsOnly("other");
        });
  }
}
