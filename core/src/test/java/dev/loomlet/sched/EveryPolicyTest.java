package dev.loomlet.sched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for all policies. */
final class EveryPolicyTest {

  static Stream<Arguments> policies() {
    Stream<Arguments> named =
        Policies.names().stream().map(name -> Arguments.of(name, Policies.byName(name)));
    Supplier<Policy> ageing = () -> new PriorityPolicy(3);
    Supplier<Policy> levels =
        () -> new FeedbackPolicy(5, Duration.ofNanos(20), Duration.ofNanos(1000));
    Supplier<Policy> shortQuantum = () -> new RoundRobinPolicy(Duration.ofNanos(60));
    Supplier<Policy> manyChanges = () -> new PctPolicy(5, 100, 1000);
    return Stream.concat(
        named,
        Stream.of(
            Arguments.of("priority, ageing", ageing),
            Arguments.of("mlfq, short", levels),
            Arguments.of("rr, short", shortQuantum),
            Arguments.of("pct, many changes", manyChanges)));
  }

  /** A loop in miniature, with random events; what came out, by number, a task's is negative. */
  private static List<Integer> simulate(Policy policy, long seed) {
    Random random = new Random(seed);
    List<Integer> order = new ArrayList<>();
    List<Step> idle = new ArrayList<>();
    Set<Runnable> ready = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      int number = i;
      Step step =
          new Step() {
            @Override
            public void run() {
              order.add(number);
            }
          };
      step.attributes(
          new Attributes(
              random.nextInt(64) - 32,
              random.nextInt(3) * 40L,
              random.nextBoolean() ? Attributes.NO_DEADLINE : random.nextLong(1000),
              1 + random.nextInt(20)));
      idle.add(step);
    }
    int tasks = 0;
    for (int i = 0; i < 5000 || !ready.isEmpty(); i++) {
      boolean adds = i < 5000 && random.nextInt(5) < 2;
      if (adds && !idle.isEmpty()) {
        Step step = idle.remove(random.nextInt(idle.size()));
        ready.add(step);
        policy.add(step);
      } else if (adds) {
        int number = - ++tasks;
        Runnable task = () -> order.add(number);
        ready.add(task);
        policy.add(task);
      }
      Runnable next = policy.next();
      assertThat(next == null).isEqualTo(ready.isEmpty());
      if (next == null) {
        continue;
      }
      assertThat(ready.remove(next)).as("it was ready, and came out once").isTrue();
      next.run();
      boolean again = next instanceof Step && i < 5000 && random.nextInt(3) == 0;
      long nanos = random.nextInt(100);
      if (policy instanceof TimedPolicy timed) {
        if (random.nextBoolean()) {
          timed.keepsRunning(nanos);
        }
        if (again) {
          policy.add(next);
        }
        timed.ran(nanos);
      } else if (again) {
        policy.add(next);
      }
      if (again) {
        ready.add(next);
      } else if (next instanceof Step step) {
        idle.add(step);
      }
      assertThat(policy.size()).isEqualTo(ready.size());
    }
    assertThat(policy.next()).isNull();
    return order;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("policies")
  void whatBecomesReadyComesOutOnce(String name, Supplier<Policy> policy) {
    for (int seed = 0; seed < 20; seed++) {
      // when
      List<Integer> order = simulate(policy.get(), seed);
      // then: tasks of the loop are not overtaken by each other
      assertThat(order.stream().filter(number -> number < 0))
          .isSortedAccordingTo((a, b) -> Integer.compare(b, a));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("policies")
  void theSameEventsGiveTheSameOrder(String name, Supplier<Policy> policy) {
    assertThat(simulate(policy.get(), 7)).isEqualTo(simulate(policy.get(), 7));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("policies")
  void anEmptyPolicyHasNothingToChoose(String name, Supplier<Policy> policy) {
    assertThat(policy.get().next()).isNull();
    assertThat(policy.get().size()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          round-robin | there is no policy 'round-robin'; choose one of fifo, priority, sjf, rr,
          ''          | there is no policy ''; choose one of fifo,
          FIFO        | there is no policy 'FIFO'; choose one of fifo,
          rr:3        | policy 'rr' takes no seed; those that do are lottery, random, pct
          random:x    | a seed is a whole number, not 'x', as in random:42
          pct:        | a seed is a whole number, not '', as in pct:42
          """)
  void anUnknownPolicyIsAnsweredByWhatThereIs(String name, String sentence) {
    assertThatThrownBy(() -> Policies.byName(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(sentence);
  }

  @Test
  void seedsAreTakenFromTheName() {
    assertThat(simulate(Policies.byName("random:1").get(), 7))
        .isEqualTo(simulate(Policies.byName("random").get(), 7))
        .isNotEqualTo(simulate(Policies.byName("random:2").get(), 7));
  }

  @Test
  void badSettingsAreRefusedWithTheirRange() {
    Attributes attributes = Attributes.defaults();
    refuses(() -> attributes.withPriority(32), "a priority is from -32 to 31, not 32");
    refuses(() -> attributes.withPriority(-33), "a priority is from -32 to 31, not -33");
    refuses(() -> attributes.withTickets(0), "a greenlet has from 1 to 1000000 tickets, not 0");
    refuses(
        () -> attributes.withBurst(Duration.ofSeconds(-1)), "a burst takes 0 or more, not PT-1S");
    refuses(() -> new PriorityPolicy(0), "ageing takes at least 1 decision, not 0");
    refuses(() -> new RoundRobinPolicy(Duration.ZERO), "the quantum must be more than 0, not PT0S");
    refuses(
        () -> new FeedbackPolicy(0, Duration.ofMillis(1), Duration.ofSeconds(1)),
        "levels are from 1 to 30, not 0");
    refuses(
        () -> new FeedbackPolicy(3, Duration.ofMillis(1), Duration.ZERO),
        "the period must be more than 0, not PT0S");
    refuses(() -> new ShortestJobPolicy(1.5, Duration.ZERO), "alpha is from 0 to 1, not 1.5");
    refuses(
        () -> new ShortestJobPolicy(Double.NaN, Duration.ZERO), "alpha is from 0 to 1, not NaN");
    refuses(
        () -> new ShortestJobPolicy(0.5, Duration.ofNanos(-1)),
        "the first guess is 0 or more, not PT-0.000000001S");
    refuses(() -> new PctPolicy(1, 0, 10), "the depth is from 1 to 1000, not 0");
    refuses(
        () -> new PctPolicy(1, 5, 3),
        "there must be at least as many steps as changes, 4, not 3; count what the program takes");
  }

  private static void refuses(Runnable code, String sentence) {
    assertThatThrownBy(code::run).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }
}
