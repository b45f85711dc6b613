package dev.loomlet.bench;

import java.io.PrintStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** All benchmarks by name. They need the JVM arguments in {@code build/jvm.args}. */
public final class Benchmarks {
  /** Something was measured. */
  public static final int OK = 0;

  /** There is no benchmark or no peer of that name. */
  public static final int UNKNOWN = 64;

  /** Nothing could be measured on this machine. */
  public static final int UNAVAILABLE = 69;

  /** A benchmark failed; a bug. */
  public static final int FAILED = 70;

  private static final Map<String, Benchmark> ALL = new LinkedHashMap<>();

  static {
    ALL.put("echo", new EchoBenchmark());
    ALL.put("bulk", new BulkBenchmark());
    ALL.put("tls", new TlsBenchmark());
    ALL.put("jdbc", new JdbcBenchmark());
    ALL.put("jetty", new JettyBenchmark());
    ALL.put("patch", new PatchBenchmark());
    ALL.put("files", new FilesBenchmark());
    ALL.put("switch", new SwitchBenchmark());
    ALL.put("spawn", new SpawnBenchmark());
    ALL.put("memory", new MemoryBenchmark());
    ALL.put("timers", new TimersBenchmark());
    ALL.put("submit", new SubmitBenchmark());
    ALL.put("idle", new IdleBenchmark());
    ALL.put("policy", new PolicyBenchmark());
    ALL.put("sim", new SimBenchmark());
    ALL.put("group", new GroupBenchmark());
    ALL.put("kill", new KillBenchmark());
    ALL.put("lock", new LockBenchmark());
    ALL.put("queue", new QueueBenchmark());
    ALL.put("channel", new ChannelBenchmark());
    ALL.put("generator", new GeneratorBenchmark());
    ALL.put("coroutine", new CoroutineBenchmark());
    ALL.put("dns", new DnsBenchmark());
    ALL.put("start", new StartBenchmark());
    ALL.put("process", new ProcessBenchmark());
  }

  private Benchmarks() {}

  /** The names, in the order worth reading, and what each measures in half a sentence. */
  public static Map<String, String> names() {
    Map<String, String> names = new LinkedHashMap<>();
    ALL.forEach((name, benchmark) -> names.put(name, benchmark.title()));
    return Collections.unmodifiableMap(names);
  }

  /**
   * Runs a benchmark and prints what it found out. Progress and errors go to standard error.
   *
   * @param name one of {@link #names}
   * @param out gets a table or JSON
   * @return {@link #OK}, {@link #UNKNOWN}, {@link #UNAVAILABLE} or {@link #FAILED}
   */
  public static int run(String name, BenchOptions options, PrintStream out) {
    Benchmark benchmark = ALL.get(name);
    if (benchmark == null) {
      System.err.println(
          "loomlet: there is no benchmark '"
              + name
              + "'; there are "
              + String.join(", ", ALL.keySet()));
      return UNKNOWN;
    }
    Consumer<String> progress = line -> System.err.println(name + ": " + line);
    try {
      benchmark.measure(options, progress).print(out, options.json());
      return OK;
    } catch (IllegalArgumentException e) {
      System.err.println("loomlet: " + e.getMessage());
      return UNKNOWN;
    } catch (UnmeasurableException e) {
      System.err.println("loomlet: " + name + " cannot be measured here: " + e.getMessage());
      return UNAVAILABLE;
    } catch (Exception e) {
      System.err.println("loomlet: " + name + " failed: " + e);
      e.printStackTrace(System.err);
      return FAILED;
    }
  }
}
