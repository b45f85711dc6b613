package dev.loomlet.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Action;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import org.junit.jupiter.api.Test;

/** The measure sees what holds a loop. */
class StepsTest {

  private static long longestMillis(Action body) throws Exception {
    Steps[] steps = new Steps[1];
    Loomlet.run(LoopOptions.defaults().withPolicy(() -> steps[0] = new Steps()), body);
    return steps[0].longestNanos() / 1_000_000;
  }

  @Test
  void waitingIsNoStep() throws Exception {
    assertThat(longestMillis(() -> Thread.sleep(200))).isLessThan(150);
  }

  @Test
  void computingIsSeen() throws Exception {
    assertThat(
            longestMillis(
                () -> {
                  long begin = System.nanoTime();
                  while (System.nanoTime() - begin < 200_000_000) {
                    Thread.onSpinWait();
                  }
                }))
        // Less than 200 if others had the processor for a part of it.
        .isGreaterThan(50);
  }

  /** A class initialiser keeps its thread. */
  private static final class Sleeper {
    static final boolean AWAKE = sleep();

    private static boolean sleep() {
      try {
        Thread.sleep(200);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return true;
    }
  }

  @Test
  void sleepingOnTheLoopsThreadIsSeen() throws Exception {
    assertThat(longestMillis(() -> assertThat(Sleeper.AWAKE).isTrue())).isGreaterThan(150);
  }
}
