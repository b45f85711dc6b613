package dev.loomlet.bench;

import dev.loomlet.Generator;
import dev.loomlet.Loomlet;
import dev.loomlet.TwoWayGenerator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What it costs to get the next value of a generator. */
final class GeneratorBenchmark implements Benchmark {
  private static final int STEPS = 20_000;
  private static final String REFERENCE = "bare continuation";
  private static final String PYTHON_NEXT = "Python, next";
  private static final String PYTHON_SEND = "Python, send";
  private static final String VALUE = "value";

  /** So that the compiler cannot leave the values out. */
  @SuppressWarnings("UnusedVariable")
  private @Nullable Object last;

  @Override
  public String title() {
    return "one step of a generator, against a bare continuation";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    BareContinuation.requireAvailable();
    Report report =
        new Report(
            "generator",
            "A step runs the body to its next yield; of the bare jdk.internal.vm.Continuation it is"
                + " one run up to its next yield; in turn in one JVM, and Python in a process of"
                + " its own, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds = new Rounds();
    rounds.add(REFERENCE, nanos -> Timed.repeat(nanos, STEPS, GeneratorBenchmark::bare));
    rounds.add("Generator.next", nanos -> Timed.repeat(nanos, STEPS, this::next));
    rounds.add("Generator.hasNext, next", nanos -> Timed.repeat(nanos, STEPS, this::loop));
    rounds.add("TwoWayGenerator.send", nanos -> Timed.repeat(nanos, STEPS, this::send));
    rounds.add(
        "Generator.next in a greenlet",
        nanos -> Loomlet.run(() -> Timed.repeat(nanos, STEPS, this::next)));
    if (PythonCoroutines.isAvailable("sys", "python3", "Python's generators", report)) {
      rounds.add(PYTHON_NEXT, PythonCoroutines.timed("generator"));
      rounds.add(PYTHON_SEND, PythonCoroutines.timed("send"));
    }
    rounds.run(options);
    rounds.tell(report, "step", REFERENCE);
    report.note(
        "Python's generator is one frame of its interpreter, and yields only in its own function;"
            + " a stack of its own can pause anywhere in its calls");
    rounds.chart(options, "A step of a generator", "Generator");
    return report;
  }

  private static void bare() {
    BareContinuation continuation =
        new BareContinuation(
            () -> {
              for (int i = 0; i < STEPS; i++) {
                BareContinuation.pause();
              }
            });
    for (int i = 0; i <= STEPS; i++) {
      continuation.run();
    }
  }

  private static Generator<String> generator() {
    return Generator.of(
        out -> {
          for (int i = 0; i < STEPS; i++) {
            out.yield(VALUE);
          }
        });
  }

  private void next() {
    Generator<String> generator = generator();
    for (int i = 0; i < STEPS; i++) {
      last = generator.next();
    }
  }

  private void loop() {
    for (String each : generator()) {
      last = each;
    }
  }

  private void send() {
    TwoWayGenerator<String, String, String> generator =
        Generator.twoWay(
            out -> {
              String value = VALUE;
              while (true) {
                String sent = out.yield(value);
                if (sent != null) {
                  value = sent;
                }
              }
            });
    generator.next();
    for (int i = 1; i < STEPS; i++) {
      last = generator.send(VALUE);
    }
  }
}
