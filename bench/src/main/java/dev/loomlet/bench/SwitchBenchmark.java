package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.util.function.Consumer;

/** What it costs to let another greenlet run. */
final class SwitchBenchmark implements Benchmark {
  private static final int YIELDS = 20_000;
  private static final String REFERENCE = "bare continuation";
  private static final String BARE_THREAD = "bare virtual thread";

  @Override
  public String title() {
    return "one greenlet yields to another, against a bare continuation";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    BareContinuation.requireAvailable();
    Report report =
        new Report(
            "switch",
            "Two greenlets that yield to each other on one loop, two bare"
                + " jdk.internal.vm.Continuation run in turn; one switch is one yield and one"
                + " resumption; in turn in one JVM, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds = new Rounds();
    rounds.add(
        REFERENCE,
        nanos -> Timed.repeat(nanos, 2 * YIELDS, () -> BareContinuation.takeTurns(YIELDS)));
    if (BareScheduler.isAvailable()) {
      rounds.add(
          BARE_THREAD,
          nanos -> Timed.repeat(nanos, 2 * YIELDS, SwitchBenchmark::pairOfBareThreads));
    }
    rounds.add("Loomlet.yield", nanos -> onLoop(nanos, SwitchBenchmark::yieldOften));
    rounds.add("Thread.yield", nanos -> onLoop(nanos, SwitchBenchmark::threadYieldOften));
    rounds.run(options);
    rounds.tell(report, "switch", REFERENCE);
    report.note(
        "the bare virtual threads yield on a scheduler that is but a queue: what they take beyond a"
            + " bare continuation is the JDK's own");
    rounds.chart(options, "A switch", "Loomlet");
    return report;
  }

  private static void pairOfBareThreads() {
    BareScheduler scheduler = new BareScheduler();
    scheduler.start(SwitchBenchmark::threadYieldOften);
    scheduler.start(SwitchBenchmark::threadYieldOften);
    scheduler.run();
  }

  private static void yieldOften() {
    for (int i = 0; i < YIELDS; i++) {
      Loomlet.yield();
    }
  }

  private static void threadYieldOften() {
    for (int i = 0; i < YIELDS; i++) {
      Thread.yield();
    }
  }

  private static double onLoop(long nanos, dev.loomlet.Action body) throws Exception {
    return Loomlet.run(
        () ->
            Timed.repeat(
                nanos,
                2 * YIELDS,
                () -> {
                  Greenlet<?> first = Loomlet.spawn(body);
                  Greenlet<?> second = Loomlet.spawn(body);
                  Loomlet.joinAll(first, second);
                }));
  }
}
