package dev.loomlet.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Things measured in turn, round by round, each compared with one of them in the same round. What
 * disturbs the machine for longer than a round then disturbs both sides of a ratio.
 */
final class Rounds {
  private final Map<String, Timed> things = new LinkedHashMap<>();
  private final Map<String, List<Double>> nanos = new LinkedHashMap<>();

  /** Adds something to measure. */
  Rounds add(String name, Timed thing) {
    things.put(name, thing);
    nanos.put(name, new ArrayList<>());
    return this;
  }

  /** Runs everything once without looking, then all rounds; every other one backwards. */
  void run(BenchOptions options) throws Exception {
    long time = options.seconds().toNanos();
    for (Timed each : things.values()) {
      each.nanosEach(2 * time);
    }
    List<String> order = new ArrayList<>(things.keySet());
    for (int round = 0; round < options.rounds(); round++) {
      for (String name : round % 2 == 0 ? order : order.reversed()) {
        values(name).add(Objects.requireNonNull(things.get(name)).nanosEach(time));
      }
    }
  }

  /** What was added, in that order. */
  List<String> names() {
    return List.copyOf(things.keySet());
  }

  private List<Double> values(String name) {
    return Objects.requireNonNull(nanos.get(name), name);
  }

  /** Nanoseconds for each operation. */
  Spread nanos(String name) {
    return Spread.of(values(name));
  }

  /** How many times as long as another thing in the same round. */
  Spread ratio(String name, String reference) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < values(name).size(); i++) {
      ratios.add(values(name).get(i) / values(reference).get(i));
    }
    return Spread.of(ratios);
  }

  /** How much longer than another thing in the same round. */
  Spread difference(String name, String reference) {
    List<Double> differences = new ArrayList<>();
    for (int i = 0; i < values(name).size(); i++) {
      differences.add(values(name).get(i) - values(reference).get(i));
    }
    return Spread.of(differences);
  }

  /**
   * Adds a row for each to a report: its time, and how many times as long as one of them it took.
   *
   * @param what heads the column of names
   */
  void tell(Report report, String what, String reference) {
    for (String name : names()) {
      Map<String, Object> cells = Report.cells();
      cells.put(what, name);
      cells.put("ns", nanos(name));
      cells.put("ratio", ratio(name, reference));
      report.row(cells);
    }
  }

  /** Draws the medians of all, if a chart is wanted. */
  void chart(BenchOptions options, String title, String subject) throws Exception {
    if (options.chart() == null) {
      return;
    }
    BarChart chart = new BarChart(title, "nanoseconds each, median of the rounds; less is better");
    for (String name : things.keySet()) {
      chart.add(name, nanos(name).median());
      if (name.startsWith(subject)) {
        chart.highlight(name);
      }
    }
    chart.writeSvg(options.chart());
  }
}
