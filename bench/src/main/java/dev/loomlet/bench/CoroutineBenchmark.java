package dev.loomlet.bench;

import dev.loomlet.Coroutine;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What it costs to switch from one coroutine to another. */
final class CoroutineBenchmark implements Benchmark {
  private static final int SWITCHES = 20_000;
  private static final String REFERENCE = "bare continuation";
  private static final String PAIR = "Coroutine to Coroutine";
  private static final String ROOT = "Coroutine and root";
  private static final String PYTHON_PAIR = "greenlet to greenlet";
  private static final String PYTHON_ROOT = "greenlet and main";

  @Override
  public String title() {
    return "a switch between two coroutines, against Python's greenlet";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    BareContinuation.requireAvailable();
    Report report =
        new Report(
            "coroutine",
            "One switch, one way, with a value; of two bare jdk.internal.vm.Continuation run in"
                + " turn it is one run up to the next yield; in turn in one JVM, and Python's"
                + " greenlet in a process of its own, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds = new Rounds();
    rounds.add(
        REFERENCE,
        nanos -> Timed.repeat(nanos, SWITCHES, () -> BareContinuation.takeTurns(SWITCHES / 2)));
    rounds.add(PAIR, nanos -> Timed.repeat(nanos, SWITCHES, CoroutineBenchmark::pair));
    rounds.add(ROOT, nanos -> Timed.repeat(nanos, SWITCHES, CoroutineBenchmark::root));
    boolean python =
        PythonCoroutines.isAvailable("greenlet", "python3-greenlet", "Python's greenlet", report);
    if (python) {
      rounds.add(PYTHON_PAIR, PythonCoroutines.timed("pair"));
      rounds.add(PYTHON_ROOT, PythonCoroutines.timed("root"));
    }
    rounds.run(options);
    for (String name : rounds.names()) {
      Map<String, Object> cells = Report.cells();
      cells.put("switch", name);
      cells.put("ns", rounds.nanos(name));
      cells.put("ratio", rounds.ratio(name, REFERENCE));
      if (python) {
        boolean withRoot = name.equals(ROOT) || name.equals(PYTHON_ROOT);
        cells.put("to_greenlet", rounds.ratio(name, withRoot ? PYTHON_ROOT : PYTHON_PAIR));
      }
      report.row(cells);
    }
    report.note(
        "the root of a thread has no stack to be frozen, so a switch between it and a coroutine is"
            + " only half of a run and a yield");
    rounds.chart(options, "A switch between coroutines", "Coroutine");
    return report;
  }

  private static void pair() {
    @Nullable Coroutine[] pair = new @Nullable Coroutine[2];
    for (int i = 0; i < 2; i++) {
      int other = 1 - i;
      pair[i] = Coroutine.of(value -> switchOften(Objects.requireNonNull(pair[other]), value));
    }
    Objects.requireNonNull(pair[0]).switchTo("value");
  }

  private static void root() {
    Coroutine root = Coroutine.current();
    Coroutine coroutine = Coroutine.of(value -> switchOften(root, value));
    switchOften(coroutine, "value");
  }

  private static @Nullable Object switchOften(Coroutine other, @Nullable Object first) {
    Object value = first;
    for (int i = 0; i < SWITCHES / 2; i++) {
      value = other.switchTo(value);
    }
    return value;
  }
}
