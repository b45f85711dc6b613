package dev.loomlet.sched;

import static dev.loomlet.sched.TestSteps.drain;
import static dev.loomlet.sched.TestSteps.step;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PriorityPolicyTest {

  private static Step withPriority(String name, int priority) {
    return step(name, attributes -> attributes.withPriority(priority));
  }

  /** After how many decisions a step runs while a more urgent one becomes ready all the time. */
  private static int decisionsUntilServed(PriorityPolicy policy, int lower, int higher, int most) {
    Step patient = withPriority("patient", lower);
    policy.add(patient);
    for (int i = 1; i <= most; i++) {
      policy.add(withPriority("urgent", higher));
      if (policy.next() == patient) {
        return i;
      }
    }
    return Integer.MAX_VALUE;
  }

  @Test
  void theGreatestGoesFirstAndEqualsKeepTheirOrder() {
    // given
    PriorityPolicy policy = new PriorityPolicy();
    // when
    policy.add(withPriority("a", 0));
    policy.add(withPriority("b", 31));
    policy.add(withPriority("c", -32));
    policy.add(withPriority("d", 0));
    policy.add(withPriority("e", 31));
    policy.add(withPriority("f", 5));
    // then
    assertThat(drain(policy)).containsExactly("b", "e", "f", "a", "d", "c");
  }

  @Test
  void withoutAgeingTheLessUrgentStarves() {
    assertThat(decisionsUntilServed(new PriorityPolicy(), 0, 1, 10_000))
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void withAgeingItIsServedAfterSoManyDecisionsForEachPriority() {
    assertThat(decisionsUntilServed(new PriorityPolicy(10), 0, 1, 10_000)).isEqualTo(12);
    assertThat(decisionsUntilServed(new PriorityPolicy(10), 0, 5, 10_000)).isEqualTo(52);
    assertThat(decisionsUntilServed(new PriorityPolicy(1), -32, 31, 10_000)).isEqualTo(65);
  }

  @Test
  void tasksOfTheLoopGoBeforeTheMostUrgentGreenlet() {
    // given
    PriorityPolicy policy = new PriorityPolicy();
    Runnable first = () -> {};
    Runnable second = () -> {};
    Step urgent = withPriority("urgent", 31);
    // when
    policy.add(urgent);
    policy.add(first);
    policy.add(second);
    // then
    assertThat(policy.next()).isSameAs(first);
    assertThat(policy.next()).isSameAs(second);
    assertThat(policy.next()).isSameAs(urgent);
  }
}
