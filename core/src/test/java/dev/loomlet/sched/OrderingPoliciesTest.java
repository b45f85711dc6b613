package dev.loomlet.sched;

import static dev.loomlet.sched.TestSteps.drain;
import static dev.loomlet.sched.TestSteps.step;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Deadlines, lottery, chance and PCT. */
final class OrderingPoliciesTest {

  @Test
  void theEarliestDeadlineGoesFirstAndWhoHasNoneLast() {
    // given: a clock that is about to overflow
    DeadlinePolicy policy = new DeadlinePolicy();
    long now = Long.MAX_VALUE - 5;
    policy.add(step("none"));
    policy.add(step("late", attributes -> attributes.withDeadline(now + 20)));
    policy.add(step("soon", attributes -> attributes.withDeadline(now + 1)));
    policy.add(step("passed", attributes -> attributes.withDeadline(now - 100)));
    policy.add(step("none either"));
    policy.add(step("soon too", attributes -> attributes.withDeadline(now + 1)));
    // then
    assertThat(drain(policy))
        .containsExactly("passed", "soon", "soon too", "late", "none", "none either");
  }

  @Test
  void theLotteryIsFairToEachTicket() {
    // given
    LotteryPolicy policy = new LotteryPolicy(42);
    int[] tickets = {1, 2, 3, 5, 9, 30, 50};
    Map<String, Integer> wins = new HashMap<>();
    for (int each : tickets) {
      policy.add(step("" + each, attributes -> attributes.withTickets(each)));
    }
    // when
    int draws = 100_000;
    for (int i = 0; i < draws; i++) {
      Runnable winner = Objects.requireNonNull(policy.next());
      wins.merge(winner.toString(), 1, Integer::sum);
      policy.add(winner);
    }
    // then: chi-square of 6 degrees of freedom; more than 22.5 in one of 1,000 seeds
    double chiSquare = 0;
    for (int each : tickets) {
      double expected = draws * each / 100.0;
      double off = wins.getOrDefault("" + each, 0) - expected;
      chiSquare += off * off / expected;
    }
    assertThat(chiSquare).isLessThan(22.5);
  }

  @Test
  void theLotteryIsFairAmongMany() {
    // given: more than fit at first, so that its tree has grown
    LotteryPolicy policy = new LotteryPolicy(1);
    for (int i = 0; i < 1000; i++) {
      policy.add(step("poor"));
      policy.add(step("rich", attributes -> attributes.withTickets(3)));
    }
    // when
    int rich = 0;
    int draws = 40_000;
    for (int i = 0; i < draws; i++) {
      Runnable winner = Objects.requireNonNull(policy.next());
      rich += winner.toString().equals("rich") ? 1 : 0;
      policy.add(winner);
    }
    // then: three quarters, within four standard deviations
    assertThat((double) rich / draws).isBetween(0.7413, 0.7587);
  }

  @Test
  void chanceIsFair() {
    // given
    RandomPolicy policy = new RandomPolicy(42);
    int[] times = new int[5];
    for (int i = 0; i < times.length; i++) {
      policy.add(step("" + i));
    }
    // when
    for (int i = 0; i < 50_000; i++) {
      Runnable chosen = Objects.requireNonNull(policy.next());
      times[Integer.parseInt(chosen.toString())]++;
      policy.add(chosen);
    }
    // then: chi-square of 4 degrees of freedom; more than 18.5 in one of 1,000 seeds
    double chiSquare = 0;
    for (int each : times) {
      chiSquare += (each - 10_000.0) * (each - 10_000.0) / 10_000;
    }
    assertThat(chiSquare).isLessThan(18.5);
  }

  @Test
  void withoutChangesPctRunsOneAfterAnotherInRandomOrder() {
    // given
    Set<List<String>> orders = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      PctPolicy policy = new PctPolicy(seed, 1, 100);
      for (String name : List.of("a", "b", "c")) {
        policy.add(step(name));
      }
      // when: each takes three steps
      List<String> order = run(policy, 3);
      // then: nobody is overtaken by who has a lower priority
      assertThat(order.get(0)).isEqualTo(order.get(2));
      assertThat(order.get(3)).isEqualTo(order.get(5));
      orders.add(order);
    }
    assertThat(orders).hasSize(6);
  }

  @Test
  void atEachChangeOneFallsBelowAllOthers() {
    // given: two greenlets of three steps each, and one change among the six
    Map<String, Integer> orders = new HashMap<>();
    int seeds = 6000;
    for (int seed = 0; seed < seeds; seed++) {
      PctPolicy policy = new PctPolicy(seed, 2, 6);
      policy.add(step("a"));
      policy.add(step("b"));
      // when
      orders.merge(String.join("", run(policy, 3)), 1, Integer::sum);
    }
    // then: a change at one of the first three steps overtakes, at a later one changes nothing
    assertThat(orders).containsOnlyKeys("aaabbb", "bbbaaa", "abbbaa", "aabbba", "baaabb", "bbaaab");
    assertThat(orders.get("abbbaa")).isBetween(400, 600);
    assertThat(orders.get("bbaaab")).isBetween(400, 600);
  }

  private static List<String> run(Policy policy, int steps) {
    List<String> order = new ArrayList<>();
    Map<Runnable, Integer> taken = new HashMap<>();
    for (Runnable next = policy.next(); next != null; next = policy.next()) {
      order.add(next.toString());
      if (taken.merge(next, 1, Integer::sum) < steps) {
        policy.add(next);
      }
    }
    return order;
  }
}
