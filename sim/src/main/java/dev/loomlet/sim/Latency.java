package dev.loomlet.sim;

import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** How long something takes from one host to another, each time anew. */
@FunctionalInterface
public interface Latency {

  /**
   * Draws one.
   *
   * @param random the only source of chance to use
   * @return in nanoseconds, 0 or more
   */
  long nextNanos(RandomGenerator random);

  /** Always the same. */
  static Latency constant(Duration time) {
    long nanos = checked(time);
    return _ -> nanos;
  }

  /** Anything between two limits, each with the same chance. */
  static Latency uniform(Duration least, Duration most) {
    long from = checked(least);
    long to = checked(most);
    if (to < from) {
      throw new IllegalArgumentException("the most, " + most + ", is less than the least " + least);
    }
    return random -> from + random.nextLong(to - from + 1);
  }

  /** At least so much, and more by an exponential distribution of a mean: a tail without an end. */
  static Latency exponential(Duration least, Duration mean) {
    long from = checked(least);
    long scale = checked(mean);
    return random -> from + (long) (-Math.log(1 - random.nextDouble()) * scale);
  }

  /**
   * Mostly like one distribution, and sometimes like another.
   *
   * @param odds how often like the other one, from 0 to 1
   */
  static Latency mixed(Latency usual, Latency rare, double odds) {
    Objects.requireNonNull(usual);
    Objects.requireNonNull(rare);
    Network.checkOdds(odds);
    return random -> random.nextDouble() < odds ? rare.nextNanos(random) : usual.nextNanos(random);
  }

  private static long checked(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("a latency is 0 or more, not " + time);
    }
    return time.toNanos();
  }
}
