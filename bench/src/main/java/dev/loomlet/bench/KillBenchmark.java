package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What it costs to kill many greenlets that wait. */
final class KillBenchmark implements Benchmark {
  private static final Duration FOREVER = Duration.ofDays(1);
  private static final int MANY = 100_000;
  private static final String MOVED = "killAll, moved";

  private final int many;

  KillBenchmark() {
    this(MANY);
  }

  KillBenchmark(int many) {
    this.many = many;
  }

  @Override
  public String title() {
    return "kill 100,000 greenlets that wait, and join them";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "kill",
            "Kill greenlets that sleep, up to the end of the last one: killAll of plain greenlets,"
                + " and cancelling a task group; \"moved\" after a collection, which a greenlet"
                + " that waits for long has always seen. For each greenlet, in turn in one JVM,"
                + " median of "
                + options.rounds()
                + " rounds (least-greatest). Starting them is not counted.");
    Rounds rounds = new Rounds();
    int few = many / 10;
    for (int count : new int[] {few, many}) {
      rounds.add(name("killAll", count), nanos -> repeat(nanos, count, n -> killAll(n, false)));
      rounds.add(name(MOVED, count), nanos -> repeat(nanos, count, n -> killAll(n, true)));
      rounds.add(name("group", count), nanos -> repeat(nanos, count, KillBenchmark::cancelGroup));
    }
    rounds.run(options);
    for (String way : new String[] {"killAll", MOVED, "group"}) {
      for (int count : new int[] {few, many}) {
        Map<String, Object> cells = Report.cells();
        cells.put("kill", way);
        cells.put("greenlets", count);
        cells.put("ns", rounds.nanos(name(way, count)));
        cells.put("ratio", rounds.ratio(name(way, count), name(way, few)));
        report.row(cells);
      }
    }
    rounds.chart(options, "Kill a greenlet that waits", "kill");
    return report;
  }

  private static String name(String way, int count) {
    return way + ", " + count;
  }

  /** Starts greenlets, has them killed, and says how long the killing took. */
  private interface Killing {
    long nanos(int count) throws Exception;
  }

  private static double repeat(long nanos, int count, Killing killing) throws Exception {
    return Loomlet.run(
        () -> {
          long start = System.nanoTime();
          long spent = 0;
          long times = 0;
          do {
            spent += killing.nanos(count);
            times++;
          } while (System.nanoTime() - start < nanos);
          return (double) spent / times / count;
        });
  }

  private static long killAll(int count, boolean moved) {
    List<Greenlet<?>> victims = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      victims.add(Loomlet.spawn(() -> Loomlet.sleep(FOREVER)));
    }
    Loomlet.yield();
    if (moved) {
      System.gc();
    }
    long start = System.nanoTime();
    Loomlet.killAll(victims);
    return System.nanoTime() - start;
  }

  private static long cancelGroup(int count) throws Exception {
    long[] start = new long[1];
    TaskGroup.run(
        group -> {
          for (int i = 0; i < count; i++) {
            group.spawn(() -> Loomlet.sleep(FOREVER));
          }
          Loomlet.yield();
          start[0] = System.nanoTime();
          group.cancel();
        });
    return System.nanoTime() - start[0];
  }
}
