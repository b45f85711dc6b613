package dev.loomlet.bench;

import java.util.Map;
import java.util.function.Consumer;

/** What a time-out costs, with few and with many others waiting. */
final class TimersBenchmark implements Benchmark {
  private static final int FEW = 10;
  private static final int MANY = 1_000_000;

  private final int many;

  TimersBenchmark() {
    this(MANY);
  }

  TimersBenchmark(int many) {
    this.many = many;
  }

  @Override
  public String title() {
    return "schedule and cancel a timer among 10 and among a million";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "timers",
            "Schedule and cancel a timer of a TimerWheel, the clock read included, with few and"
                + " many waiting that are due in 1 ms to 1 h; in turn in one JVM, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    WheelLoad small = new WheelLoad(FEW);
    WheelLoad large = new WheelLoad(many);
    String[] works = {"schedule, cancel", "cancel any, schedule"};
    Rounds rounds =
        new Rounds()
            .add(name(works[0], FEW), small::scheduleAndCancel)
            .add(name(works[0], many), large::scheduleAndCancel)
            .add(name(works[1], FEW), small::putOff)
            .add(name(works[1], many), large::putOff);
    rounds.run(options);
    for (String work : works) {
      for (int waiting : new int[] {FEW, many}) {
        Map<String, Object> cells = Report.cells();
        cells.put("timer", work);
        cells.put("waiting", waiting);
        cells.put("ns", rounds.nanos(name(work, waiting)));
        cells.put("more_ns", rounds.difference(name(work, waiting), name(work, FEW)));
        cells.put("ratio", rounds.ratio(name(work, waiting), name(work, FEW)));
        report.row(cells);
      }
    }
    report.note(
        "'cancel any' takes a random one of those that wait, so that with many of them each is a"
            + " miss in the processor's caches");
    rounds.chart(options, "A timer", "schedule");
    return report;
  }

  private static String name(String work, int waiting) {
    return work + ", " + waiting;
  }
}
