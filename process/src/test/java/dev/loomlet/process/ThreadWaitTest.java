package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.wait.Waiter;
import org.junit.jupiter.api.Test;

class ThreadWaitTest {

  /** A slice of nothing would be a loop that never sleeps. */
  @Test
  void aWaitWithoutALimitSleeps() {
    assertThat(ThreadWait.millis(Waiter.FOREVER)).isEqualTo(50);
    assertThat(ThreadWait.millis(Long.MAX_VALUE - 1)).isEqualTo(50);
  }

  @Test
  void theLastMillisecondIsRoundedUp() {
    assertThat(ThreadWait.millis(49_000_001)).isEqualTo(50);
    assertThat(ThreadWait.millis(1)).isEqualTo(1);
    assertThat(ThreadWait.millis(0)).isEqualTo(0);
    assertThat(ThreadWait.millis(-1)).isEqualTo(0);
  }
}
