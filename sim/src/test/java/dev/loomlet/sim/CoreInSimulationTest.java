package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The tests of the core that hold for every engine, in a simulation. Those of its classes that are
 * left out are named here, with the reason.
 */
@Timeout(120)
final class CoreInSimulationTest {
  private static final String RUNNER = "loomlet.test.runner";
  private static final String FOR_EVERY_ENGINE = "OnEveryEngine";

  /** Classes and methods, to find out who is left out and does not exist. */
  private static final Set<String> SEEN = new HashSet<>();

  @BeforeAll
  static void simulate() {
    System.setProperty(RUNNER, SimulatedRunner.class.getName());
  }

  @AfterAll
  static void simulateNoMore() {
    System.clearProperty(RUNNER);
  }

  /** What happened. */
  private static final class Results implements TestExecutionListener {
    final List<String> failed = new ArrayList<>();
    int succeeded;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      TestSource source = test.getSource().orElse(null);
      if (result.getStatus() == TestExecutionResult.Status.FAILED) {
        failed.add(nameOf(source, test) + ": " + result.getThrowable().orElse(null));
      } else if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL && test.isTest()) {
        succeeded++;
      }
    }

    private static String nameOf(@Nullable TestSource source, TestIdentifier test) {
      return source instanceof MethodSource method ? LeftOut.nameOf(method) : test.getDisplayName();
    }
  }

  private static boolean holdsForEveryEngine(TestSource source) {
    return source instanceof MethodSource method
        && Arrays.stream(method.getJavaMethod().getAnnotations())
            .map(Annotation::annotationType)
            .anyMatch(each -> each.getSimpleName().equals(FOR_EVERY_ENGINE));
  }

  private static FilterResult isWanted(TestSource source) {
    if (!holdsForEveryEngine(source) || !(source instanceof MethodSource method)) {
      return FilterResult.excluded("not for every engine");
    }
    SEEN.add(method.getJavaClass().getSimpleName());
    SEEN.add(LeftOut.nameOf(method));
    return FilterResult.includedIf(!LeftOut.has(source));
  }

  @Test
  void theyHoldHereToo() {
    // given
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectPackage("dev.loomlet"))
            .filters(
                (PostDiscoveryFilter)
                    test ->
                        test.getSource()
                            .map(CoreInSimulationTest::isWanted)
                            .orElse(FilterResult.excluded("no method")))
            .build();
    Results results = new Results();

    // when
    LauncherFactory.create().execute(request, results);

    // then
    assertThat(results.failed).isEmpty();
    assertThat(results.succeeded).isGreaterThan(300);
    assertThat(SEEN).containsAll(LeftOut.all());
  }
}
