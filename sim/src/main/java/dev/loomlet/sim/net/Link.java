package dev.loomlet.sim.net;

import dev.loomlet.sim.Latency;
import java.time.Duration;

/** What the way from one machine to another is like. Immutable. */
record Link(Latency latency, double loss, double duplication, long bytesPerSecond) {
  /** Between hosts of one room: mostly a fifth of a millisecond, now and then much more. */
  static final Link USUAL =
      new Link(
          Latency.mixed(
              Latency.uniform(Duration.ofNanos(50_000), Duration.ofNanos(400_000)),
              Latency.exponential(Duration.ofMillis(1), Duration.ofMillis(5)),
              0.02),
          0,
          0,
          0);

  /** Within a machine. */
  static final Link LOOPBACK =
      new Link(Latency.uniform(Duration.ofNanos(5_000), Duration.ofNanos(50_000)), 0, 0, 0);

  Link withLatency(Latency newLatency) {
    return new Link(newLatency, loss, duplication, bytesPerSecond);
  }

  Link withLoss(double newLoss) {
    return new Link(latency, newLoss, duplication, bytesPerSecond);
  }

  Link withDuplication(double newDuplication) {
    return new Link(latency, loss, newDuplication, bytesPerSecond);
  }

  Link withBytesPerSecond(long newRate) {
    return new Link(latency, loss, duplication, newRate);
  }
}
