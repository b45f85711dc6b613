package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/** What it costs to start a greenlet, run it and see it end. */
final class SpawnBenchmark implements Benchmark {
  private static final int BATCH = 1000;

  /** How each kind is started. */
  private enum Way {
    BATCHES("batches of 1000"),
    SINGLY("one by one");

    final String text;

    Way(String text) {
      this.text = text;
    }
  }

  @Override
  public String title() {
    return "start, run and join a greenlet, against a virtual thread";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "spawn",
            "Start, run and join: greenlets by a greenlet of their loop, virtual threads by a"
                + " virtual thread, all on the JDK's default scheduler; elapsed time, in turn in"
                + " one JVM, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds = new Rounds();
    for (Way way : Way.values()) {
      rounds.add("virtual thread, " + way.text, nanos -> virtualThreads(way, nanos));
      rounds.add("greenlet, " + way.text, nanos -> greenlets(way, nanos));
    }
    rounds.run(options);
    for (Way way : Way.values()) {
      for (String kind : new String[] {"virtual thread, ", "greenlet, "}) {
        Map<String, Object> cells = Report.cells();
        cells.put("spawn", kind + way.text);
        cells.put("ns", rounds.nanos(kind + way.text));
        cells.put("ratio", rounds.ratio(kind + way.text, "virtual thread, " + way.text));
        report.row(cells);
      }
    }
    report.note(
        "the virtual threads, too, run with this JVM's flags, build/jvm.args, which spare them the"
            + " global map of threads");
    rounds.chart(options, "Start, run and join", "greenlet");
    return report;
  }

  private static void nothing() {}

  private static double greenlets(Way way, long nanos) throws Exception {
    return Loomlet.run(
        () ->
            Timed.repeat(
                nanos,
                BATCH,
                way == Way.BATCHES ? SpawnBenchmark::manyGreenlets : SpawnBenchmark::eachGreenlet));
  }

  private static void manyGreenlets() {
    List<Greenlet<?>> all = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      all.add(Loomlet.spawn(SpawnBenchmark::nothing));
    }
    Loomlet.joinAll(all);
  }

  private static void eachGreenlet() {
    for (int i = 0; i < BATCH; i++) {
      Loomlet.spawn(SpawnBenchmark::nothing).join();
    }
  }

  private static double virtualThreads(Way way, long nanos) throws Exception {
    FutureTask<Double> task =
        new FutureTask<>(
            () ->
                Timed.repeat(
                    nanos,
                    BATCH,
                    way == Way.BATCHES ? SpawnBenchmark::manyThreads : SpawnBenchmark::eachThread));
    Thread.startVirtualThread(task);
    return task.get();
  }

  private static void manyThreads() throws InterruptedException {
    List<Thread> all = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      all.add(Thread.startVirtualThread(SpawnBenchmark::nothing));
    }
    for (Thread each : all) {
      each.join();
    }
  }

  private static void eachThread() throws InterruptedException {
    for (int i = 0; i < BATCH; i++) {
      Thread.startVirtualThread(SpawnBenchmark::nothing).join();
    }
  }
}
