package dev.loomlet.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found out about one server at one number of connections. */
final class IoFigures {
  private final String server;
  private final int connections;
  private final List<EchoGuest.Visit> visits = new ArrayList<>();
  private final List<Double> calls = new ArrayList<>();
  private @Nullable String reason;

  IoFigures(String server, int connections) {
    this.server = server;
    this.connections = connections;
  }

  String server() {
    return server;
  }

  int connections() {
    return connections;
  }

  void add(EchoGuest.Visit visit) {
    visits.add(visit);
  }

  void addCalls(double perRequest) {
    calls.add(perRequest);
  }

  /** Says why there is nothing, or no more, to find out. */
  void giveUp(String why) {
    reason = why;
  }

  /** Why there is nothing, or no more; null if all went well. */
  @Nullable String reason() {
    return reason;
  }

  /** Lost connections and wrong replies. */
  double wrong() {
    return visits.stream().mapToDouble(each -> each.load().wrong()).sum();
  }

  /** What came out in all rounds; null if it was not measured. */
  @Nullable Spread get(IoMeasure measure) {
    List<Double> values =
        measure == IoMeasure.CALLS
            ? calls
            : visits.stream().map(visit -> value(visit, measure)).toList();
    return values.isEmpty() ? null : Spread.of(values);
  }

  private static double value(EchoGuest.Visit visit, IoMeasure measure) {
    return switch (measure) {
      case THROUGHPUT -> visit.load().perSecond();
      case P50 -> visit.load().p50();
      case P99 -> visit.load().p99();
      case CPU -> visit.cpuMicros();
      case SWITCHES -> visit.switches();
      case CALLS -> throw new IllegalArgumentException("calls are not counted in a visit");
    };
  }
}
