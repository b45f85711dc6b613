package dev.loomlet.cli.demo;

import dev.loomlet.bench.ProcessSample;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;

/**
 * What the show found out about one server: medians over its rounds, latencies of all of them.
 *
 * @param server its name
 * @param perSecond right replies
 * @param p50Millis latency that half of the replies kept to
 * @param p99Millis latency that all but one in a hundred kept to
 * @param cpuMicros server's processor time for each reply, where the system tells
 * @param residentMiB memory of the server process with all clients connected, where the system
 *     tells
 * @param threads of the server process, where the system tells
 * @param switches the kernel's switches between threads of the server, for each reply
 * @param wrong replies that were not the request in capitals
 * @param failed connections that could not be made or broke
 */
record Result(
    String server,
    double perSecond,
    double p50Millis,
    double p99Millis,
    OptionalDouble cpuMicros,
    OptionalDouble residentMiB,
    OptionalDouble threads,
    OptionalDouble switches,
    long wrong,
    long failed) {
  private static final double MIB = 1 << 20;

  static Result of(Crowd crowd) {
    List<Round> rounds = crowd.rounds();
    Tally tally = crowd.tally();
    return new Result(
        crowd.name(),
        median(rounds.stream().mapToDouble(Round::perSecond).toArray()).orElse(0),
        tally.latencyMillis(50),
        tally.latencyMillis(99),
        median(rounds, Round::cpuMicrosPerReply),
        median(rounds, (round, used) -> used.residentBytes() / MIB),
        median(rounds, (round, used) -> used.threads()),
        median(rounds, Round::switchesPerReply),
        tally.wrong(),
        tally.failed());
  }

  private static OptionalDouble median(
      List<Round> rounds, ToDoubleBiFunction<Round, ProcessSample> figure) {
    return median(
        rounds.stream()
            .filter(round -> round.used().isPresent())
            .mapToDouble(round -> figure.applyAsDouble(round, round.used().get()))
            .toArray());
  }

  private static OptionalDouble median(double[] values) {
    if (values.length == 0) {
      return OptionalDouble.empty();
    }
    Arrays.sort(values);
    int middle = values.length / 2;
    return OptionalDouble.of(
        values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
  }
}
