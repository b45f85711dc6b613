package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedValueTest {
  private static final int TIMES = 50_000;

  private static void add(SharedLong sum, SharedDouble other, SharedArray array) {
    for (int i = 0; i < TIMES; i++) {
      sum.incrementAndGet();
      other.addAndGet(0.5);
      array.lock().lock();
      try {
        array.longs().put(1, array.longs().get(1) + 1);
      } finally {
        array.lock().unlock();
      }
    }
  }

  @Test
  void twoProcessesLoseNoAddition() throws Exception {
    try (SharedLong sum = SharedLong.create(5);
        SharedDouble other = SharedDouble.create(0);
        SharedArray array = SharedArray.ofLongs(2);
        JavaProcess child = JavaProcess.start(() -> add(sum, other, array))) {
      add(sum, other, array);
      child.join();
      assertThat(child.exitCode()).hasValue(0);
      assertThat(sum.get()).isEqualTo(5 + 2 * TIMES);
      assertThat(other.get()).isEqualTo(TIMES);
      assertThat(array.longs().get(1)).isEqualTo(2 * TIMES);
      assertThat(array.longs().get(0)).isZero();
    }
  }

  @Test
  void valuesAreWhatTheAtomicOnesOfTheJdkAre() throws Exception {
    try (SharedLong number = SharedLong.create(3);
        SharedBoolean flag = SharedBoolean.create(true);
        SharedDouble real = SharedDouble.create(1.5)) {
      assertThat(number.compareAndSet(4, 5)).isFalse();
      assertThat(number.compareAndSet(3, 5)).isTrue();
      assertThat(number.getAndSet(7)).isEqualTo(5);
      assertThat(number.getAndAdd(2)).isEqualTo(7);
      assertThat(number.decrementAndGet()).isEqualTo(8);
      assertThat(number.updateAndGet(n -> n * 2)).isEqualTo(16);
      assertThat(number.accumulateAndGet(20, Math::max)).isEqualTo(20);
      assertThat(flag.getAndSet(false)).isTrue();
      assertThat(flag.compareAndSet(false, true)).isTrue();
      assertThat(flag.get()).isTrue();
      assertThat(real.getAndSet(2)).isEqualTo(1.5);
      assertThat(real.compareAndSet(2, 3)).isTrue();
      assertThat(real.updateAndGet(x -> x / 2)).isEqualTo(1.5);
      assertThat(real).hasToString("1.5");
    }
  }

  @Test
  void theLockOfAValueIsTheSameForWhoGetsIt() throws Exception {
    try (SharedLong number = SharedLong.create(0)) {
      number.lock().lock();
      try (JavaProcess child =
          JavaProcess.start(() -> System.exit(number.lock().tryLock() ? 1 : 0))) {
        child.join();
        assertThat(child.exitCode()).hasValue(0);
      }
      assertThat(Resent.of(number).lock().holdCount()).isEqualTo(1);
      number.lock().unlock();
    }
  }

  @Test
  void arraysHaveViewsOfTheirElements() throws Exception {
    try (SharedArray ints = SharedArray.ofInts(3);
        SharedArray bytes = SharedArray.ofBytes(3);
        SharedArray doubles = SharedArray.ofDoubles(2)) {
      ints.ints().put(2, 42);
      assertThat(Resent.of(ints).ints().get(2)).isEqualTo(42);
      assertThat(bytes.bytes().capacity()).isEqualTo(3);
      doubles.doubles().put(1, 0.5);
      assertThat(doubles.doubles().get(1)).isEqualTo(0.5);
      assertThat(ints.length()).isEqualTo(3);
      assertThatThrownBy(ints::longs)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("4 bytes");
    }
    assertThatThrownBy(() -> SharedArray.ofLongs(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
