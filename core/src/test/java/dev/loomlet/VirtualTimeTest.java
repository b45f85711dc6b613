package dev.loomlet;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.engine.VirtualEngine;
import dev.loomlet.file.LoopFiles;
import dev.loomlet.net.TcpStream;
import dev.loomlet.sched.FeedbackPolicy;
import dev.loomlet.sched.Policies;
import dev.loomlet.sched.RoundRobinPolicy;
import dev.loomlet.time.VirtualClock;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loops whose clock goes to the next timer when everybody waits. */
@Timeout(60)
final class VirtualTimeTest {
  private final VirtualClock clock = new VirtualClock(Instant.parse("2000-01-01T00:00:00Z"));
  private final List<String> events = new ArrayList<>();

  private LoopOptions options() {
    return LoopOptions.defaults().withVirtualTime(clock);
  }

  private void note(String event) {
    events.add(event + " at " + Duration.ofNanos(clock.nanoTime()));
  }

  static List<String> policies() {
    return Policies.names();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void sleepsAreExactAndTakeNoTime(String policy) throws Exception {
    // given
    long start = System.nanoTime();
    // when
    Loomlet.run(
        options().withPolicy(Policies.byName(policy)),
        () ->
            joinAll(
                spawn(
                    () -> {
                      sleep(Duration.ofDays(1000));
                      note("a");
                      sleep(Duration.ofNanos(1));
                      note("a");
                    }),
                spawn(
                    () -> {
                      sleep(Duration.ofNanos(3));
                      note("b");
                      sleep(1);
                      note("b");
                    })));
    // then
    assertThat(events)
        .containsExactly(
            "b at PT0.000000003S",
            "b at PT0.001000003S",
            "a at PT24000H",
            "a at PT24000H0.000000001S");
    assertThat(Instant.ofEpochMilli(clock.currentTimeMillis())).isEqualTo("2002-09-27T00:00:00Z");
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
  }

  @Test
  void timeLimitsGoByTheClock() throws Exception {
    Loomlet.run(
        options(),
        () -> {
          // when
          boolean inTime =
              Loomlet.moveOnAfter(Duration.ofHours(5), () -> sleep(Duration.ofDays(1)));
          // then
          assertThat(inTime).isFalse();
          assertThat(clock.nanoTime()).isEqualTo(Duration.ofHours(5).toNanos());
        });
  }

  @Test
  void whoComputesLetsTimersFireBeforeTheNextStep() throws Exception {
    // given: a timer that is due while somebody computes
    Loomlet.run(
        options().withPolicy(Policies.byName("priority")),
        () -> {
          Greenlet<?> sleeper =
              spawn(
                  () -> {
                    sleep(1000);
                    note("sleeper");
                  });
          sleeper.attributes(sleeper.attributes().withPriority(5));
          for (int i = 0; i < 3; i++) {
            spawn(
                () -> {
                  sleep(1);
                  clock.advance(Duration.ofSeconds(2));
                  note("computed");
                });
          }
          sleeper.join();
          Loomlet.joinOthers();
        });
    // then: it does not wait for the others
    assertThat(events)
        .containsExactly(
            "computed at PT2.001S",
            "sleeper at PT2.001S",
            "computed at PT4.001S",
            "computed at PT6.001S");
  }

  @Test
  void aYieldReturnsAtOnceWhileThereIsQuantumLeft() throws Exception {
    Loomlet.run(
        options().withPolicy(() -> new RoundRobinPolicy(Duration.ofSeconds(3))),
        () -> {
          for (String name : List.of("a", "b")) {
            spawn(
                () -> {
                  for (int i = 0; i < 4; i++) {
                    clock.advance(Duration.ofSeconds(1));
                    events.add(name);
                    Loomlet.yield();
                  }
                });
          }
          Loomlet.joinOthers();
        });
    // then
    assertThat(events).containsExactly("a", "a", "a", "b", "b", "b", "a", "b");
  }

  @Test
  void whoWakesAtAHigherLevelRunsAtTheNextYield() throws Exception {
    Loomlet.run(
        options()
            .withPolicy(() -> new FeedbackPolicy(2, Duration.ofSeconds(2), Duration.ofDays(1))),
        () -> {
          spawn(
              () -> {
                sleep(Duration.ofMillis(2500));
                note("short");
              });
          spawn(
              () -> {
                for (int i = 0; i < 5; i++) {
                  clock.advance(Duration.ofSeconds(1));
                  note("long");
                  Loomlet.yield();
                }
              });
          Loomlet.joinOthers();
        });
    // then
    assertThat(events)
        .containsExactly(
            "long at PT1S",
            "long at PT2S",
            "long at PT3S",
            "short at PT3S",
            "long at PT4S",
            "long at PT5S");
  }

  @Test
  void withoutATimerItWaitsForOtherThreads() throws Exception {
    Loomlet.run(
        options(),
        () -> {
          AsyncResult<String> result = new AsyncResult<>();
          Thread.ofPlatform()
              .start(
                  () -> {
                    LockSupport.parkNanos(20_000_000);
                    result.set("from another thread");
                  });
          assertThat(result.get()).isEqualTo("from another thread");
          assertThat(clock.nanoTime()).isZero();
        });
  }

  @Test
  void theKernelIsOutOfReachAndTheErrorSaysSo() throws Exception {
    Loomlet.run(
        options(),
        () -> {
          assertThatThrownBy(() -> TcpStream.connect(new InetSocketAddress("127.0.0.1", 9)))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining("in virtual time: this loop has no kernel");
          assertThatThrownBy(() -> LoopFiles.readString(Path.of("/etc/hosts")))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageStartingWith("there are no files in virtual time");
        });
  }

  @Test
  void anEngineWithoutKernelNeedsAClockItCanMove() {
    LoopOptions half = LoopOptions.defaults().withEngine(VirtualEngine::new);
    assertThatThrownBy(() -> Loomlet.run(half, () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs a loop with a VirtualClock");
  }

  @Test
  void timeDoesNotGoBack() {
    assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("time does not go back, by -1000000000 ns");
  }
}
