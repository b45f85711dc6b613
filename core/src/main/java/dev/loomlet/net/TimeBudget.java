package dev.loomlet.net;

import dev.loomlet.time.Clock;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** A time-out that several waits on a socket share. */
final class TimeBudget {
  /** No limit. */
  static final TimeBudget NONE = new TimeBudget(null, 0);

  private final @Nullable Clock clock;
  private final long nanos;
  private final long start;

  private TimeBudget(@Nullable Clock clock, long nanos) {
    this.clock = clock;
    this.nanos = nanos;
    this.start = clock == null ? 0 : clock.nanoTime();
  }

  /** A time that begins now; 0 for no limit. */
  static TimeBudget of(Clock clock, long nanos) {
    return nanos == 0 ? NONE : new TimeBudget(clock, nanos);
  }

  /** What is left, as sockets take it: 0 for no limit, otherwise at least 1. */
  long left() {
    return clock == null ? 0 : Math.max(1, nanos - (clock.nanoTime() - start));
  }

  /** The time-out of one of the waits, said of all of them. */
  SocketTimeoutException rephrase(SocketTimeoutException one, String doing, String what) {
    SocketTimeoutException all =
        new SocketTimeoutException(
            doing + " timed out after " + nanos / 1_000_000 + " ms: " + what);
    all.initCause(one);
    return all;
  }
}
