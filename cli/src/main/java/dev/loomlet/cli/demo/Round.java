package dev.loomlet.cli.demo;

import dev.loomlet.bench.ProcessSample;
import java.util.Optional;

/**
 * One visit to a server.
 *
 * @param replies how many were right
 * @param seconds how long it took
 * @param used what the server used meanwhile; empty where the system does not tell
 */
record Round(long replies, double seconds, Optional<ProcessSample> used) {
  double perSecond() {
    return replies / seconds;
  }

  double cpuMicrosPerReply(ProcessSample sample) {
    return sample.cpuNanos() / 1e3 / Math.max(1, replies);
  }

  double switchesPerReply(ProcessSample sample) {
    return (double) sample.contextSwitches() / Math.max(1, replies);
  }
}
