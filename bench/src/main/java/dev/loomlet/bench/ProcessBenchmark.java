package dev.loomlet.bench;

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.ProcessFuture;
import dev.loomlet.process.ProcessOptions;
import dev.loomlet.process.ProcessPool;
import dev.loomlet.process.SharedLock;
import dev.loomlet.process.SharedQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Child JVMs, a pool of them, queues and locks between them, against those of CPython. */
final class ProcessBenchmark implements Benchmark {
  private static final String PYTHON = "/usr/bin/python3";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int PROCESSES = 2;
  private static final int TASKS = 1_000;
  private static final int MESSAGES = 10_000;
  private static final int LARGE_MESSAGES = 10;
  private static final int LOCKS = 100_000;
  private static final int SMALL = 64;
  private static final int LARGE = 1 << 20;
  private static final String LOCK = "SharedLock, nobody else wants it";
  private static final String JAVA = "JavaProcess";
  private static final String SMALL_PROGRAM = "JavaProcess, small program";
  private static final String BARE = "bare JVM";
  private static final String TOLD = "bare JVM, told to end";
  private static final String SPARE = "JavaProcess, spare";
  private static final String PRELOADED = "JavaProcess, spare, preloaded";
  private static final ProcessOptions WITH_SPARE = ProcessOptions.defaults().withSpares(1);
  private static final ProcessOptions WITH_PRELOAD = WITH_SPARE.withPreload(ProcessBenchmark.class);

  private static final String START = "start, run, join";
  private static final String SPAWN = "Process, spawn";

  /** What is done, by us and by a peer. */
  private record Pair(String what, String ours, Timed timed, String theirs, Timed peer) {}

  @Override
  public String title() {
    return "processes, pools, queues and locks, against CPython, Agrona and a mutex in C";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    if (!Command.succeeds(List.of(PYTHON, "-c", "import multiprocessing"))) {
      throw new UnmeasurableException("there is no " + PYTHON);
    }
    List<Pair> pairs = new ArrayList<>();
    pairs.add(new Pair(START, JAVA, this::start, SPAWN, ProcessStarts::spawn));
    pairs.add(python("trivial task", "ProcessPool", this::pool, "ProcessPoolExecutor", "pool"));
    pairs.add(python("64 bytes", "SharedQueue", this::small, "multiprocessing.Queue", "queue"));
    pairs.add(python("1 MiB", "SharedQueue, large", this::large, "Queue, large", "large"));
    pairs.add(
        python(
            "a record", "SharedObjectQueue", ObjectMessages::records, "Queue, object", "objects"));
    pairs.add(
        python(
            "a serialised object",
            "SharedObjectQueue, serialised",
            ObjectMessages::serialized,
            "Queue, object again",
            "objects"));
    addAgrona(pairs);
    addHandOver(pairs);
    pairs.removeIf(each -> !isWanted(options, each.ours()));
    Rounds rounds = new Rounds();
    for (Pair each : pairs) {
      rounds.add(each.theirs(), each.peer());
      rounds.add(each.ours(), each.timed());
    }
    Map<String, Timed> starts = starts(options);
    if (!starts.isEmpty() && !rounds.names().contains(SPAWN)) {
      rounds.add(SPAWN, ProcessStarts::spawn);
    }
    starts.forEach(rounds::add);
    boolean lock = isWanted(options, LOCK);
    if (lock) {
      rounds.add(LOCK, this::lock);
    }
    if (rounds.names().isEmpty()) {
      throw new UnmeasurableException("nothing is measured by the name of " + options.peers());
    }
    progress.accept("measuring");
    JavaProcess.prepare(LIMIT);
    rounds.run(options);
    Report report =
        new Report(
            "process",
            "The nanoseconds of one; the peer's and ours in turn, median of "
                + options.rounds()
                + " rounds (least-greatest). A ratio of less than 1 means that ours takes less.");
    for (Pair each : pairs) {
      for (String name : List.of(each.theirs(), each.ours())) {
        Map<String, Object> cells = Report.cells();
        cells.put("what", each.what());
        cells.put("by", name);
        cells.put("ns", rounds.nanos(name));
        cells.put("ratio", rounds.ratio(name, each.theirs()));
        report.row(cells);
      }
    }
    for (String each : starts.keySet()) {
      Map<String, Object> cells = Report.cells();
      cells.put("what", START);
      cells.put("by", each);
      cells.put("ns", rounds.nanos(each));
      cells.put("ratio", rounds.ratio(each, SPAWN));
      report.row(cells);
    }
    if (lock) {
      Map<String, Object> cells = Report.cells();
      cells.put("what", "lock and unlock");
      cells.put("by", LOCK);
      cells.put("ns", rounds.nanos(LOCK));
      report.row(cells);
    }
    rounds.chart(options, "Processes", "Shared");
    return report;
  }

  /** Those that are compared with the same of CPython; each kind with what a bare JVM takes. */
  private Map<String, Timed> starts(BenchOptions options) {
    Map<String, Timed> starts = new LinkedHashMap<>();
    if (isWanted(options, SMALL_PROGRAM)) {
      starts.put(SMALL_PROGRAM, ProcessStarts::ofSmallProgram);
      starts.put(BARE, ProcessStarts::bare);
    }
    if (isWanted(options, SPARE)) {
      starts.put(SPARE, nanos -> startFromSpare(WITH_SPARE, nanos));
    }
    if (isWanted(options, PRELOADED)) {
      starts.put(PRELOADED, nanos -> startFromSpare(WITH_PRELOAD, nanos));
      starts.put(TOLD, ProcessStarts::told);
    }
    return starts;
  }

  /** Whether one of ours was asked for, by a part of its name; without any all are. */
  private static boolean isWanted(BenchOptions options, String name) {
    return options.peers().isEmpty() || options.peers().stream().anyMatch(name::contains);
  }

  private static Pair python(String what, String ours, Timed timed, String theirs, String word) {
    return new Pair(what, ours, timed, theirs, nanos -> python(word, nanos));
  }

  private void addAgrona(List<Pair> pairs) throws UnmeasurableException {
    PeerJars.require("agrona");
    pairs.add(
        new Pair(
            "64 bytes, in Java",
            "SharedQueue, again",
            this::small,
            "Agrona's ManyToOneRingBuffer",
            AgronaMeasure::nanosEach));
  }

  private static void addHandOver(List<Pair> pairs) throws UnmeasurableException {
    String mutex = Natives.build().resolve("futex_mutex").toString();
    Timed inC =
        nanos ->
            Double.parseDouble(
                Command.run(null, LIMIT, List.of(mutex, seconds(nanos), HandOverMeasure.HOLD))
                    .strip());
    pairs.add(
        new Pair(
            "hand-over of a lock",
            "SharedLock, handed over",
            HandOverMeasure::betweenThreads,
            "futex mutex in C",
            inC));
    pairs.add(
        new Pair(
            "the same, greenlets",
            "SharedLock, handed over by greenlets",
            HandOverMeasure::betweenGreenlets,
            "futex mutex in C, again",
            inC));
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e9);
  }

  private static double python(String what, long nanos) throws Exception {
    String script = Home.path().resolve("bench/peers/processes.py").toString();
    return Double.parseDouble(
        Command.run(null, LIMIT, List.of(PYTHON, script, what, seconds(nanos))).strip());
  }

  private double start(long nanos) throws Exception {
    return Timed.repeat(nanos, 1, () -> JavaProcess.start(() -> {}).join());
  }

  /** Without the time in which the next spare gets ready. */
  private double startFromSpare(ProcessOptions options, long nanos) throws Exception {
    try {
      return startFromSpares(options, nanos);
    } finally {
      JavaProcess.endSpares();
    }
  }

  private double startFromSpares(ProcessOptions options, long nanos) throws Exception {
    long begun = System.nanoTime();
    long spent = 0;
    int count = 0;
    do {
      if (!JavaProcess.startSpares(options, LIMIT)) {
        throw new UnmeasurableException("a spare is not ready after " + LIMIT);
      }
      long start = System.nanoTime();
      JavaProcess.start(options, () -> {}).join();
      spent += System.nanoTime() - start;
      count++;
    } while (System.nanoTime() - begun < nanos);
    return (double) spent / count;
  }

  private double pool(long nanos) throws Exception {
    try (ProcessPool pool = new ProcessPool(PROCESSES)) {
      // Up and warm, as the peer's.
      Timed.repeat(nanos, TASKS, () -> tasks(pool));
      return Timed.repeat(nanos, TASKS, () -> tasks(pool));
    }
  }

  private static void tasks(ProcessPool pool) throws Exception {
    List<ProcessFuture<Integer>> futures = new ArrayList<>(TASKS);
    for (int i = 0; i < TASKS; i++) {
      futures.add(pool.submit(() -> 1));
    }
    for (ProcessFuture<Integer> each : futures) {
      each.get();
    }
  }

  private double small(long nanos) throws Exception {
    return queue(nanos, 1_024, SMALL, MESSAGES);
  }

  private double large(long nanos) throws Exception {
    return queue(nanos, 8, LARGE, LARGE_MESSAGES);
  }

  private static double queue(long nanos, int capacity, int size, int batch) throws Exception {
    ProcessOptions quiet = ProcessOptions.defaults().withErrors(ProcessOptions.Stream.DISCARD);
    try (SharedQueue queue = SharedQueue.create(capacity, size);
        JavaProcess _ = JavaProcess.start(quiet, () -> putForever(queue, size))) {
      Timed.Batch taking =
          () -> {
            for (int i = 0; i < batch; i++) {
              queue.take();
            }
          };
      Timed.repeat(nanos, batch, taking);
      return Timed.repeat(nanos, batch, taking);
    }
  }

  private static void putForever(SharedQueue queue, int size) {
    byte[] message = new byte[size];
    while (true) {
      queue.put(message);
    }
  }

  @SuppressWarnings("LockNotBeforeTry") // there is nothing to protect
  private double lock(long nanos) throws Exception {
    try (SharedLock lock = SharedLock.create()) {
      return Timed.repeat(
          nanos,
          LOCKS,
          () -> {
            for (int i = 0; i < LOCKS; i++) {
              lock.lock();
              lock.unlock();
            }
          });
    }
  }
}
