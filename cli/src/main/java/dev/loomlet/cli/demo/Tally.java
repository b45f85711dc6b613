package dev.loomlet.cli.demo;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of one server have seen. Only greenlets of one loop count, so without a lock.
 */
final class Tally {
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
  private long replies;
  private long wrong;
  private long failed;
  private @Nullable String firstProblem;

  void right(long nanos) {
    replies++;
    latencies.recordValue(Math.min(nanos, LONGEST_NANOS));
  }

  void wrong(String what) {
    wrong++;
    note(what);
  }

  void failed(String what) {
    failed++;
    note(what);
  }

  private void note(String what) {
    if (firstProblem == null) {
      firstProblem = what;
    }
  }

  /** Forgets latencies, but no problem. */
  void endWarmUp() {
    latencies.reset();
  }

  /** Right replies so far. */
  long replies() {
    return replies;
  }

  /** Wrong replies and lost connections so far. */
  long problems() {
    return wrong + failed;
  }

  long wrong() {
    return wrong;
  }

  long failed() {
    return failed;
  }

  /** The first thing that went wrong, or null. */
  @Nullable String firstProblem() {
    return firstProblem;
  }

  double latencyMillis(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e6;
  }
}
