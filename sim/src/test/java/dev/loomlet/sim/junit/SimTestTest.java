package dev.loomlet.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.SimulationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Simulations as JUnit tests. */
@Timeout(120)
final class SimTestTest {

  /** Run by the tests below only: its name is none that the build looks for. */
  static final class Cases {
    static final List<Long> SEEDS = new ArrayList<>();
    static int instances;

    Cases() {
      instances++;
    }

    @SimTest(seeds = 20, firstSeed = 100)
    void passes(Simulation sim) {
      SEEDS.add(sim.seed());
      sim.sleep(Duration.ofHours(1).minusNanos(1));
    }

    @SimTest(options = "timeLimit=PT1S")
    void takesTooLong() {
      Loomlet.sleep(Duration.ofSeconds(2));
    }

    /** The canary: a lost update, which some schedules show. */
    @SimTest(seeds = 1000)
    void loses() throws Exception {
      int[] counter = new int[1];
      Greenlet<?> one = Loomlet.spawn(() -> increment(counter));
      Greenlet<?> other = Loomlet.spawn(() -> increment(counter));
      Loomlet.joinAll(one, other);
      assertThat(counter[0]).isEqualTo(2);
    }

    private static void increment(int[] counter) {
      int seen = counter[0];
      Loomlet.yield();
      counter[0] = seen + 1;
    }
  }

  private static List<TestExecutionResult> run(String method) {
    Launcher launcher = LauncherFactory.create();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Cases.class)).build();
    List<TestExecutionResult> results = new ArrayList<>();
    launcher.execute(
        request,
        new TestExecutionListener() {
          @Override
          public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest() && test.getUniqueId().contains(method + "(")) {
              results.add(result);
            }
          }
        });
    return results;
  }

  private static SimulationFailure failureOf(String method) {
    List<TestExecutionResult> results = run(method);
    assertThat(results).hasSize(1);
    return (SimulationFailure) results.getFirst().getThrowable().orElseThrow();
  }

  @Test
  void allSeedsAreOneTestTheFirstOneTwice() {
    // given
    Cases.SEEDS.clear();
    // when
    List<TestExecutionResult> results = run("passes");
    // then
    assertThat(results).hasSize(1);
    assertThat(results.getFirst().getStatus()).isEqualTo(TestExecutionResult.Status.SUCCESSFUL);
    assertThat(Cases.SEEDS).hasSize(22).startsWith(100L, 100L, 100L, 101L).endsWith(119L);
    assertThat(Cases.instances).isGreaterThan(20);
  }

  @Test
  void optionsCount() {
    assertThat(failureOf("takesTooLong").kind()).isEqualTo(SimulationFailure.Kind.TIME_OUT);
  }

  @Test
  void theCanaryIsFoundAndItsScheduleIsSmall() {
    // when
    SimulationFailure failure = failureOf("loses");
    // then
    assertThat(failure.kind()).isEqualTo(SimulationFailure.Kind.PROGRAM);
    assertThat(failure.options().schedule().size()).isLessThanOrEqualTo(2);
    assertThat(failure).hasMessageContaining("-Dloomlet.sim.seed=");
  }

  @Test
  void aPropertyChoosesOneSeed() {
    // given
    Cases.SEEDS.clear();
    System.setProperty("loomlet.sim.seed", "4711");
    try {
      // when
      run("passes");
    } finally {
      System.clearProperty("loomlet.sim.seed");
    }
    // then
    assertThat(Cases.SEEDS).containsExactly(4711L);
  }
}
