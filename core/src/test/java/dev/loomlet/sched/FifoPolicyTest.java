package dev.loomlet.sched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FifoPolicyTest {

  @Test
  void givesBackInTheOrderOfArrivalWhileItGrowsAndWraps() {
    // given
    FifoPolicy policy = new FifoPolicy();
    ArrayDeque<Runnable> model = new ArrayDeque<>();
    Random random = new Random(42);

    // when / then
    for (int i = 0; i < 100_000; i++) {
      if (random.nextInt(100) < 52) {
        Runnable task = new Task(i);
        policy.add(task);
        model.add(task);
      } else {
        assertThat(policy.next()).isSameAs(model.poll());
      }
      assertThat(policy.size()).isEqualTo(model.size());
    }
    assertThat(model.size()).isGreaterThan(256);
  }

  @Test
  void hasNothingWhenEmpty() {
    assertThat(new FifoPolicy().next()).isNull();
  }

  private record Task(int number) implements Runnable {
    @Override
    public void run() {}
  }
}
