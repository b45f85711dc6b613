package dev.loomlet.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.FakeClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimerWheelTest {
  private static final long TICK = 1L << TimerWheel.TICK_SHIFT;

  private final FakeClock clock = new FakeClock(Long.MAX_VALUE - 12_345);
  private final TimerWheel wheel = new TimerWheel(clock);
  private final List<Integer> fired = new ArrayList<>();

  private final class Recorder extends Timer {
    private final int id;

    Recorder(int id) {
      this.id = id;
    }

    @Override
    protected void fire() {
      fired.add(id);
    }
  }

  @Test
  void firesNothingBeforeItsTimeAndEverythingAtMostOneTickLate() {
    // given
    Recorder timer = new Recorder(1);
    wheel.schedule(timer, 1_000_000_000);

    // when
    clock.advance(999_999_999);
    wheel.advance();

    // then
    assertThat(fired).isEmpty();
    assertThat(timer.isScheduled()).isTrue();

    // when
    clock.advance(TICK + 1);
    wheel.advance();

    // then
    assertThat(fired).containsExactly(1);
    assertThat(timer.isScheduled()).isFalse();
  }

  @Test
  void firesTimersOfOneTickInTheOrderOfScheduling() {
    // given
    for (int i = 0; i < 100; i++) {
      wheel.schedule(new Recorder(i), 3_600_000_000_000L);
    }

    // when
    clock.advance(3_600_000_000_000L + 2 * TICK);
    wheel.advance();

    // then
    assertThat(fired).hasSize(100).isSorted();
  }

  @Test
  void firesEarlierTimersFirstEvenWhenTheLoopWasLate() {
    // given
    wheel.schedule(new Recorder(3), 5_000_000_000L);
    wheel.schedule(new Recorder(1), 1_000_000);
    wheel.schedule(new Recorder(2), 80_000_000);

    // when
    clock.advance(60_000_000_000L);
    wheel.advance();

    // then
    assertThat(fired).containsExactly(1, 2, 3);
  }

  @Test
  void doesNotFireWhatWasCancelled() {
    // given
    Recorder timer = new Recorder(1);
    wheel.schedule(timer, 10_000_000);

    // when
    boolean first = wheel.cancel(timer);
    boolean second = wheel.cancel(timer);
    clock.advance(1_000_000_000);
    wheel.advance();

    // then
    assertThat(first).isTrue();
    assertThat(second).isFalse();
    assertThat(fired).isEmpty();
    assertThat(wheel.size()).isZero();
    assertThat(wheel.nanosToNext()).isEqualTo(TimerWheel.NOTHING);
  }

  @Test
  void refusesToScheduleATimerTwice() {
    // given
    Recorder timer = new Recorder(1);
    wheel.schedule(timer, 1);

    // when / then
    assertThatThrownBy(() -> wheel.schedule(timer, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void letsATimerScheduleItselfAgainWhileItFires() {
    // given
    Timer periodic =
        new Timer() {
          @Override
          protected void fire() {
            fired.add(fired.size());
            wheel.schedule(this, 10_000_000);
          }
        };
    wheel.schedule(periodic, 10_000_000);

    // when
    for (int i = 0; i < 50; i++) {
      clock.advance(10_000_000 + TICK);
      wheel.advance();
    }

    // then
    assertThat(fired).hasSize(50);
  }

  @Test
  void letsATimerCancelAnotherOfTheSameTick() {
    // given
    Recorder victim = new Recorder(2);
    Timer killer =
        new Timer() {
          @Override
          protected void fire() {
            fired.add(1);
            wheel.cancel(victim);
          }
        };
    wheel.schedule(killer, 10_000_000);
    wheel.schedule(victim, 10_000_000);
    wheel.schedule(new Recorder(3), 10_000_000);

    // when
    clock.advance(20_000_000);
    wheel.advance();

    // then
    assertThat(fired).containsExactly(1, 3);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MIN_VALUE})
  void firesAtOnceWhatIsDueAlready(long delay) {
    // given
    wheel.schedule(new Recorder(1), delay);

    // when
    clock.advance(TICK);
    wheel.advance();

    // then
    assertThat(fired).containsExactly(1);
  }

  @Test
  void keepsAVeryDistantTimer() {
    // given
    wheel.schedule(new Recorder(1), Long.MAX_VALUE);

    // when
    clock.advance(365L * 86_400 * 1_000_000_000);
    wheel.advance();

    // then
    assertThat(fired).isEmpty();
    assertThat(wheel.size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void agreesWithASortedListOverRandomHistories(long seed) {
    // given
    Random random = new Random(seed);
    List<Recorder> scheduled = new ArrayList<>();
    List<Long> deadlines = new ArrayList<>();
    long now = 0;

    for (int step = 0; step < 20_000; step++) {
      int choice = random.nextInt(10);
      if (choice < 5) {
        // when: a timer is scheduled, near or far
        long delay = (long) Math.pow(10, random.nextDouble() * 12);
        Recorder timer = new Recorder(scheduled.size());
        wheel.schedule(timer, delay);
        scheduled.add(timer);
        deadlines.add(now + delay);
      } else if (choice < 7 && !scheduled.isEmpty()) {
        // when: one is cancelled
        wheel.cancel(scheduled.get(random.nextInt(scheduled.size())));
      } else {
        // when: the loop sleeps as long as it is told, or is late
        long wait = Math.min(wheel.nanosToNext(), 1_000_000_000_000L);
        long sleep = random.nextBoolean() ? wait : (long) (random.nextDouble() * 1e9);
        int before = fired.size();
        clock.advance(sleep);
        now += sleep;
        wheel.advance();

        // then: what fired was due, in the order of ticks
        long previous = Long.MIN_VALUE;
        for (int id : fired.subList(before, fired.size())) {
          assertThat(deadlines.get(id)).isLessThanOrEqualTo(now);
          assertThat(scheduled.get(id).tick).isGreaterThanOrEqualTo(previous);
          previous = scheduled.get(id).tick;
        }
        // then: nothing that is late by more than a tick is left
        for (int id = 0; id < scheduled.size(); id++) {
          if (scheduled.get(id).isScheduled()) {
            assertThat(deadlines.get(id)).isGreaterThan(now - TICK);
          }
        }
      }
    }
    assertThat(fired).doesNotHaveDuplicates().isNotEmpty();
  }
}
