package dev.loomlet.sched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InboxTest {
  private final Inbox inbox = new Inbox();
  private final FifoPolicy policy = new FifoPolicy();

  @Test
  void keepsTheOrderOfASender() {
    // given
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int number = i;
      inbox.put(() -> ran.add(number));
    }

    // when
    inbox.drainTo(policy);
    for (Runnable task = policy.next(); task != null; task = policy.next()) {
      task.run();
    }

    // then
    assertThat(ran).hasSize(10).isSorted();
    assertThat(inbox.hasWork()).isFalse();
  }

  @Test
  void doesNotAskToWakeALoopThatIsAwake() {
    assertThat(inbox.put(() -> {})).isFalse();
  }

  @Test
  void asksExactlyOneSenderToWakeASleepingLoop() {
    // given
    assertThat(inbox.fallAsleep()).isTrue();

    // when
    boolean first = inbox.put(() -> {});
    boolean second = inbox.put(() -> {});

    // then
    assertThat(first).isTrue();
    assertThat(second).isFalse();
    assertThat(inbox.hasWork()).isTrue();
  }

  @Test
  void doesNotLetALoopSleepOnWork() {
    // given
    inbox.put(() -> {});

    // when / then
    assertThat(inbox.fallAsleep()).isFalse();
  }

  @Test
  void isEmptyAndAwakeAgainAfterASleepThatNobodyEnded() {
    // given
    inbox.fallAsleep();

    // when
    inbox.awake();

    // then
    assertThat(inbox.hasWork()).isFalse();
    assertThat(inbox.put(() -> {})).isFalse();
  }
}
