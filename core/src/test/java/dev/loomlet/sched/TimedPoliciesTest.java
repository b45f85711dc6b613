package dev.loomlet.sched;

import static dev.loomlet.sched.TestSteps.drain;
import static dev.loomlet.sched.TestSteps.step;
import static dev.loomlet.sched.TestSteps.waiting;
import static dev.loomlet.sched.TestSteps.yielding;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Round robin, the multilevel feedback queue and shortest job first. */
final class TimedPoliciesTest {

  private static Duration nanos(long nanos) {
    return Duration.ofNanos(nanos);
  }

  @Test
  void roundRobinLetsEachGoOnUntilItsQuantumIsUsed() {
    // given
    RoundRobinPolicy policy = new RoundRobinPolicy(nanos(10));
    policy.add(step("a"));
    policy.add(step("b"));
    // when: each step takes 4, so a quantum is three of them
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      order.add(yielding(policy, 4));
    }
    // then
    assertThat(order).containsExactly("a", "a", "a", "b", "b", "b", "a", "a", "a");
  }

  @Test
  void roundRobinGivesAFreshQuantumAfterAWait() {
    // given: who has used 9 of 10, and waits
    RoundRobinPolicy policy = new RoundRobinPolicy(nanos(10));
    Step a = step("a");
    policy.add(a);
    waiting(policy, 9);
    // when
    policy.add(a);
    policy.next();
    // then
    assertThat(policy.keepsRunning(9)).isTrue();
    assertThat(policy.keepsRunning(10)).isFalse();
  }

  @Test
  void whoGivesTheRestOfItsQuantumAwayGoesToTheEnd() {
    // given
    RoundRobinPolicy policy = new RoundRobinPolicy(nanos(10));
    policy.add(step("a"));
    policy.add(step("b"));
    // when: it is ready again without having been asked
    Runnable a = policy.next();
    policy.add(a);
    policy.ran(1);
    // then
    assertThat(drain(policy)).containsExactly("b", "a");
  }

  @Test
  void feedbackMovesWhoComputesDownAndKeepsWhoWaitsAtTheTop() {
    // given
    FeedbackPolicy policy = new FeedbackPolicy(3, nanos(10), Duration.ofSeconds(1));
    Step interactive = step("interactive");
    policy.add(step("long"));
    policy.add(interactive);
    // when: quanta of 10, 20, 40, 40 …
    List<String> order = new ArrayList<>();
    order.add(yielding(policy, 10));
    order.add(waiting(policy, 1));
    order.add(yielding(policy, 10));
    order.add(yielding(policy, 5));
    policy.add(interactive);
    order.add(waiting(policy, 1));
    order.add(yielding(policy, 5));
    policy.add(step("new"));
    order.add(yielding(policy, 10));
    policy.add(interactive);
    order.add(waiting(policy, 1));
    order.add(yielding(policy, 20));
    // then
    assertThat(order)
        .containsExactly(
            "long",
            "interactive",
            "long",
            "long",
            "interactive",
            "long",
            "new",
            "interactive",
            "new");
    assertThat(drain(policy)).containsExactly("long", "new");
  }

  @Test
  void feedbackCountsTimeOverWaitsSoThatNobodyCheatsByWaitingBriefly() {
    // given: who waits just before the end of each quantum
    FeedbackPolicy policy = new FeedbackPolicy(2, nanos(10), Duration.ofSeconds(1));
    Step cheat = step("cheat");
    for (int i = 0; i < 2; i++) {
      policy.add(cheat);
      waiting(policy, 9);
    }
    // when
    policy.add(cheat);
    policy.add(step("honest"));
    // then
    assertThat(drain(policy)).containsExactly("honest", "cheat");
  }

  @Test
  void feedbackBringsEverybodyBackToTheTopAfterAPeriod() {
    // given: one at the bottom, and always somebody new at the top
    FeedbackPolicy policy = new FeedbackPolicy(3, nanos(10), nanos(1000));
    policy.add(step("old"));
    yielding(policy, 10);
    yielding(policy, 20);
    // when
    int decisions = 0;
    String next;
    do {
      policy.add(step("new"));
      next = waiting(policy, 5);
      decisions++;
    } while (!next.equals("old") && decisions < 10_000);
    // then: 970 of the period were left, at 5 each
    assertThat(decisions).isEqualTo(970 / 5 + 1);
  }

  @Test
  void feedbackWithoutAgeingInSightStarvesTheBottom() {
    // given
    FeedbackPolicy policy = new FeedbackPolicy(2, nanos(10), Duration.ofDays(1));
    policy.add(step("old"));
    yielding(policy, 10);
    // when / then
    for (int i = 0; i < 1000; i++) {
      policy.add(step("new"));
      assertThat(waiting(policy, 5)).isEqualTo("new");
    }
  }

  @Test
  void theShortestGivenBurstGoesFirst() {
    // given
    ShortestJobPolicy policy = new ShortestJobPolicy();
    policy.add(step("long", attributes -> attributes.withBurst(nanos(30))));
    policy.add(step("short", attributes -> attributes.withBurst(nanos(10))));
    policy.add(step("middle", attributes -> attributes.withBurst(nanos(20))));
    policy.add(step("short too", attributes -> attributes.withBurst(nanos(10))));
    // then
    assertThat(drain(policy)).containsExactly("short", "short too", "middle", "long");
  }

  @Test
  void whoYieldsHasTheRestOfItsBurstBeforeIt() {
    // given
    ShortestJobPolicy policy = new ShortestJobPolicy();
    policy.add(step("long", attributes -> attributes.withBurst(nanos(30))));
    // when: 25 of 30 are done
    yielding(policy, 25);
    policy.add(step("short", attributes -> attributes.withBurst(nanos(10))));
    policy.add(step("shorter", attributes -> attributes.withBurst(nanos(4))));
    // then
    assertThat(drain(policy)).containsExactly("shorter", "long", "short");
  }

  @Test
  void whoOverrunsWhatWasExpectedDoesNotKeepTheLoop() {
    // given
    ShortestJobPolicy policy = new ShortestJobPolicy();
    policy.add(step("endless"));
    policy.add(step("known", attributes -> attributes.withBurst(nanos(30))));
    // when
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      order.add(yielding(policy, 10));
    }
    // then
    assertThat(order).containsExactly("endless", "endless", "endless", "known");
  }

  @Test
  void burstsArePredictedByTheExponentialAverage() {
    // given: the example of the textbook, first guess 10, alpha 1/2
    ShortestJobPolicy policy = new ShortestJobPolicy(0.5, nanos(10));
    Step job = step("job");
    long[] bursts = {6, 4, 6, 4, 13, 13, 13};
    long[] predicted = {10, 8, 6, 6, 5, 9, 11, 12};
    for (int i = 0; i <= bursts.length; i++) {
      long expected = predicted[i];
      policy.add(job);
      policy.add(step("longer", attributes -> attributes.withBurst(nanos(expected + 1))));
      policy.add(step("shorter", attributes -> attributes.withBurst(nanos(expected - 1))));
      // then
      assertThat(drain(policy)).containsExactly("shorter", "job", "longer");
      // when
      if (i < bursts.length) {
        policy.add(job);
        assertThat(waiting(policy, bursts[i])).isEqualTo("job");
      }
    }
  }
}
