package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.net.UdpSocket;
import dev.loomlet.queue.FifoQueue;
import dev.loomlet.sim.SimulationFailure.Kind;
import dev.loomlet.sync.Mutex;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One run of a program in a world of its own. */
@Timeout(120)
final class SimulationTest {
  @Test
  void daysOfSleepTakeNoTimeAndAreExact() {
    // given
    SimOptions options = SimOptions.defaults().withTimeLimit(Duration.ofDays(400));
    List<Instant> dates = new ArrayList<>();
    // when
    SimResult result =
        Simulation.run(
            1,
            options,
            sim -> {
              sim.sleep(Duration.ofDays(366));
              dates.add(Instant.ofEpochMilli(sim.clock().currentTimeMillis()));
            });
    // then
    assertThat(dates).containsExactly(Instant.parse("2001-01-01T00:00:00Z"));
    assertThat(result.time()).isEqualTo(Duration.ofDays(366));
  }

  /** Three who append to a list, with waits and yields in between. */
  private static SimMain race(List<String> order) {
    return sim -> {
      order.clear();
      List<Greenlet<?>> greenlets = new ArrayList<>();
      for (String name : List.of("a", "b", "c")) {
        greenlets.add(
            Loomlet.spawn(
                () -> {
                  for (int i = 0; i < 3; i++) {
                    Loomlet.yield();
                    order.add(name + i);
                  }
                  sim.sleep(Duration.ofNanos(sim.random().nextInt(5)));
                  order.add(name);
                }));
      }
      Loomlet.joinAll(greenlets);
    };
  }

  @Test
  void theSameSeedGivesTheSameRunAndOthersGiveOthers() {
    List<String> order = new ArrayList<>();
    Set<List<String>> runs = new HashSet<>();
    Set<Long> hashes = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      // when
      SimResult first = Simulation.run(seed, race(order));
      List<String> firstOrder = List.copyOf(order);
      SimResult second = Simulation.run(seed, race(order));
      // then
      assertThat(second).isEqualTo(first);
      assertThat(order).isEqualTo(firstOrder);
      runs.add(firstOrder);
      hashes.add(first.traceHash());
    }
    assertThat(runs).hasSizeGreaterThan(45);
    assertThat(hashes).hasSize(50);
  }

  @Test
  void aScheduleCanBeWrittenDownAndRunAgain() {
    // given
    List<String> order = new ArrayList<>();
    Simulation.Recording recorded = Simulation.record(5, SimOptions.defaults(), race(order));
    List<String> recordedOrder = List.copyOf(order);
    // when
    Schedule script = Schedule.parse(recorded.schedule().toString());
    Simulation.run(5, SimOptions.defaults().withSchedule(script), race(order));
    // then
    assertThat(script.size()).isPositive();
    assertThat(order).isEqualTo(recordedOrder);
  }

  @Test
  void withFirstInFirstOutTheOrderIsTheSameForAllSeeds() {
    // given
    List<String> order = new ArrayList<>();
    SimOptions fifo = SimOptions.defaults().withSchedule(Schedule.fifo());
    Set<List<String>> starts = new HashSet<>();
    // when
    for (int seed = 0; seed < 10; seed++) {
      Simulation.run(seed, fifo, race(order));
      starts.add(List.copyOf(order.subList(0, 9)));
    }
    // then
    assertThat(starts)
        .containsExactly(List.of("a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"));
  }

  @Test
  void pctReachesAnOrderThatNeedsOneGreenletToBeStarved() {
    // given: a bug that shows only if one greenlet is through before the other one begins
    SimMain program =
        sim -> {
          int[] steps = new int[1];
          Greenlet<?> slow =
              Loomlet.spawn(
                  () -> {
                    for (int i = 0; i < 30; i++) {
                      steps[0]++;
                      Loomlet.yield();
                    }
                  });
          Greenlet<?> fast =
              Loomlet.spawn(
                  () -> {
                    if (steps[0] == 30) {
                      throw new IllegalStateException("found");
                    }
                  });
          slow.join();
          fast.get();
        };
    // when
    SimOptions pct = SimOptions.defaults().withSchedule(Schedule.pct(1, 60));
    // then
    assertThatThrownBy(() -> Simulation.runAll(0, 100, pct, program))
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("found");
  }

  @Test
  void aCircleOfLocksIsADeadlock() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim -> {
              Mutex one = new Mutex();
              Mutex two = new Mutex();
              Greenlet<?> first =
                  Loomlet.spawn(
                      "first",
                      () -> {
                        one.lock();
                        sim.sleep(Duration.ofMillis(1));
                        two.lock();
                      });
              Greenlet<?> second =
                  Loomlet.spawn(
                      "second",
                      () -> {
                        two.lock();
                        sim.sleep(Duration.ofMillis(1));
                        one.lock();
                      });
              Loomlet.joinAll(first, second);
            });
    // then
    assertThat(failure.kind()).isEqualTo(Kind.DEADLOCK);
    assertThat(failure)
        .hasMessageContaining("seed 7")
        .hasMessageContaining("greenlet \"first\"")
        .hasMessageContaining("greenlet \"second\"")
        .hasMessageContaining("SimulationTest.java")
        .hasMessageContaining("timeline")
        .hasMessageContaining("loomlet sim replay PROGRAM --seed 7");
  }

  @Test
  void toWaitForWhatNobodyCanGiveIsALostWakeUp() {
    // when
    SimulationFailure failure = Runs.failureOf(sim -> new FifoQueue<String>(1).take());
    // then
    assertThat(failure.kind()).isEqualTo(Kind.LOST_WAKE_UP);
    assertThat(failure).hasMessageContaining("\"main\" waits for FifoQueue");
  }

  @Test
  void toYieldForEverIsALivelock() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            SimOptions.defaults().withStepLimit(1000),
            sim -> {
              while (true) {
                Loomlet.yield();
              }
            });
    // then
    assertThat(failure.kind()).isEqualTo(Kind.LIVELOCK);
    assertThat(failure).hasMessageContaining("by greenlet main");
  }

  @Test
  void toNeedMoreTimeThanAllowedIsATimeOut() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            SimOptions.defaults().withTimeLimit(Duration.ofMinutes(5)),
            sim -> sim.sleep(Duration.ofMinutes(6)));
    // then
    assertThat(failure.kind()).isEqualTo(Kind.TIME_OUT);
    assertThat(failure.result().time()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void anErrorOfTheProgramIsItsCause() {
    // given
    IOException error = new IOException("broken");
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim -> {
              throw error;
            });
    // then
    assertThat(failure.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(failure).hasCause(error).hasMessageContaining("broken");
  }

  @Test
  void anErrorThatNobodyWaitsForEndsTheRun() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim -> {
              sim.host("server")
                  .start(
                      () -> {
                        throw new IllegalStateException("broken");
                      });
              sim.sleep(Duration.ofDays(1));
            });
    // then
    assertThat(failure.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(failure).hasMessageContaining("greenlet \"server\" failed");
    assertThat(failure.result().time()).isZero();
  }

  @Test
  void aThreadOutsideIsAnEscapeEvenIfTheErrorIsCaught() {
    // when
    SimulationFailure failure =
        Runs.failureOf(
            sim -> {
              try {
                Loomlet.runInExecutor(() -> 1).get();
              } catch (SimulationEscape e) {
                sim.note("caught");
              }
              sim.sleep(Duration.ofSeconds(1));
            });
    // then
    assertThat(failure.kind()).isEqualTo(Kind.ESCAPE);
    assertThat(failure).hasMessageContaining("a thread of ThreadPool");
    assertThat(failure).hasMessageContaining("SimulationTest.java");
  }

  @Test
  void aCrashStopsGreenletsWhereTheyStand() {
    // given
    List<String> events = new ArrayList<>();
    Simulation.run(
        3,
        sim -> {
          Host host = sim.host("node");
          Greenlet<?> program =
              host.start(
                  () -> {
                    try {
                      while (true) {
                        events.add("runs");
                        Loomlet.spawn(() -> sim.sleep(Duration.ofMinutes(1)));
                        sim.sleep(Duration.ofSeconds(1));
                      }
                    } finally {
                      events.add("finally");
                    }
                  });
          sim.sleep(Duration.ofMillis(1500));
          // when
          host.crash();
          events.add("crashed");
          program.join();
          assertThat(program.isCancelled()).isTrue();
          sim.sleep(Duration.ofSeconds(5));
          assertThat(host.isUp()).isFalse();
          host.restart();
          sim.sleep(Duration.ofMillis(500));
          host.crash();
        });
    // then
    assertThat(events).containsExactly("runs", "runs", "crashed", "runs");
  }

  @Test
  void whoCrashesItsOwnHostDoesNotGoOn() {
    List<String> events = new ArrayList<>();
    // when
    Simulation.run(
        3,
        sim -> {
          Host host = sim.host("node");
          Greenlet<?> program =
              host.start(
                  () -> {
                    events.add("before");
                    host.crash();
                    events.add("after");
                  });
          program.join();
          assertThat(program.isCancelled()).isTrue();
        });
    // then
    assertThat(events).containsExactly("before");
  }

  @Test
  void greenletsLiveOnTheHostOfTheirSpawner() {
    Simulation.run(
        3,
        sim -> {
          Host host = sim.host("node");
          host.start(() -> Loomlet.spawn(() -> assertThat(sim.currentHost()).isSameAs(host)).get());
          host.join();
          assertThat(sim.currentHost()).isSameAs(sim.main());
          assertThat(Simulation.current()).isSameAs(sim);
        });
  }

  @Test
  void aClockThatIsSetWrongIsSoForItsHostOnly() {
    Simulation.run(
        3,
        sim -> {
          // given
          Host host = sim.host("node");
          host.skewClock(Duration.ofSeconds(-30));
          long[] seen = new long[1];
          // when
          host.start(() -> seen[0] = Loop.current().clock().currentTimeMillis());
          host.join();
          // then
          assertThat(seen[0]).isEqualTo(sim.clock().currentTimeMillis() - 30_000);
        });
  }

  @Test
  void itRunsInAGreenletToo() throws Exception {
    // when
    SimResult result =
        Loomlet.run(() -> Simulation.run(1, sim -> sim.sleep(Duration.ofHours(1).minusNanos(1))));
    // then
    assertThat(result.time()).isEqualTo(Duration.ofHours(1).minusNanos(1));
  }

  @Test
  void aSmallerScheduleIsFoundThatFailsInTheSameWay() {
    // given: a lost update
    SimMain program =
        sim -> {
          int[] counter = new int[1];
          List<Greenlet<?>> greenlets = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            greenlets.add(
                Loomlet.spawn(
                    () -> {
                      for (int k = 0; k < 5; k++) {
                        Loomlet.yield();
                      }
                      int seen = counter[0];
                      if (sim.random().nextInt(1000) < 1000) {
                        Loomlet.yield();
                      }
                      counter[0] = seen + 1;
                    }));
          }
          Loomlet.joinAll(greenlets);
          assertThat(counter[0]).as("counter").isGreaterThan(1);
        };
    SimulationFailure failure =
        catchThrowableOfType(
            SimulationFailure.class,
            () -> Simulation.runAll(0, 1000, SimOptions.defaults(), program));
    assertThat(failure).isNotNull();
    // when
    SimulationFailure smaller = Simulation.minimize(failure, program);
    // then
    assertThat(smaller.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(smaller.options().schedule().size()).isLessThan(6);
    SimulationFailure again =
        catchThrowableOfType(
            SimulationFailure.class,
            () ->
                Simulation.run(
                    smaller.seed(), SimOptions.parse(smaller.options().changes()), program));
    assertThat(again.result()).isEqualTo(smaller.result());
  }

  @Test
  void whatNoSeedDecidesIsNoticed() {
    // given
    int[] runs = new int[1];
    SimMain program =
        sim -> {
          sim.sleep(Duration.ofMillis(++runs[0]));
          if (runs[0] > 2) {
            throw new IllegalStateException("by then");
          }
        };
    // then
    assertThatThrownBy(() -> Simulation.runTwice(1, SimOptions.defaults(), program))
        .isInstanceOfSatisfying(
            SimulationFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_DETERMINISTIC));
    // and
    SimulationFailure failure = Runs.failureOf(program);
    assertThat(Simulation.minimize(failure, program).kind()).isEqualTo(Kind.NOT_DETERMINISTIC);
  }

  @Test
  void howMuchIsSentIsNoticedIfNoSeedDecidesIt() {
    // given
    AtomicInteger sent = new AtomicInteger();
    SimMain program =
        sim -> {
          try (UdpSocket socket = UdpSocket.bind("0.0.0.0", 0);
              UdpSocket receiver = UdpSocket.bind("0.0.0.0", 9)) {
            socket.send(
                new byte[sent.incrementAndGet()],
                new InetSocketAddress(sim.currentHost().address(), 9));
            receiver.receive();
          }
        };

    // then
    assertThatThrownBy(() -> Simulation.runTwice(1, SimOptions.defaults(), program))
        .isInstanceOfSatisfying(
            SimulationFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(Kind.NOT_DETERMINISTIC));
  }

  @Test
  void optionsAreReadBackFromTheirText() {
    // given
    SimOptions options =
        SimOptions.defaults()
            .withSchedule(Schedule.pct(3, 500))
            .withTimeLimit(Duration.ofSeconds(90))
            .withStepLimit(77)
            .withStart(Instant.parse("2030-05-05T05:05:05Z"))
            .withSwarm(Swarm.of(Fault.CRASH, Fault.PARTITION))
            .withLeaksAllowed(true);
    // then
    assertThat(SimOptions.parse(options.toString())).isEqualTo(options);
    assertThat(SimOptions.parse(options.changes())).isEqualTo(options);
    assertThat(SimOptions.defaults().changes()).isEmpty();
    assertThatThrownBy(() -> SimOptions.parse("policy=fifo"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown option 'policy'");
    assertThatThrownBy(() -> SimOptions.parse("schedule=best"))
        .hasMessageContaining("unknown schedule 'best'");
    assertThatThrownBy(() -> SimOptions.parse("timeLimit=soon"))
        .hasMessageContaining("has no meaning");
    assertThatThrownBy(() -> SimOptions.parse("timeLimit=PT-1S"))
        .hasMessageContaining("must be more than 0");
    assertThatThrownBy(() -> SimOptions.parse("swarm=plague"))
        .hasMessageContaining("unknown fault 'plague'");
  }
}
