package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.LoopOptions;
import dev.loomlet.dns.DnsConfig;
import dev.loomlet.dns.DnsResolver;
import dev.loomlet.net.UdpSocket;
import dev.loomlet.sched.FifoPolicy;
import dev.loomlet.sched.Policy;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How many names are resolved in a second when a thousand are asked for at once, and for how long
 * that keeps the loop from everything else.
 */
final class DnsBenchmark implements Benchmark {
  private static final int NAMES = 1000;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** The first rounds load classes and compile. */
  private static final int WARM_UP = 5;

  private final int names;

  DnsBenchmark() {
    this(NAMES);
  }

  DnsBenchmark(int names) {
    this.names = names;
  }

  @Override
  public String title() {
    return "a thousand look-ups of names at once, against what the server can answer";
  }

  /** Keeps how long the steps of greenlets took, by the wall and by the processor, if it is on. */
  private static final class Stopwatch extends Forwarding {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final long carrier = Thread.currentThread().threadId();
    boolean on;
    long longest;
    long longestCpu;

    void reset() {
      longest = 0;
      longestCpu = 0;
    }

    /** How much processor time the loop's thread has taken. */
    long cpu() {
      return threads.getThreadCpuTime(carrier);
    }

    @Override
    public @Nullable Runnable next() {
      Runnable step = super.next();
      return step == null || !on ? step : () -> run(step);
    }

    private void run(Runnable step) {
      long begin = System.nanoTime();
      long cpuBegin = threads.getCurrentThreadCpuTime();
      try {
        step.run();
      } finally {
        longestCpu = Math.max(longestCpu, threads.getCurrentThreadCpuTime() - cpuBegin);
        longest = Math.max(longest, System.nanoTime() - begin);
      }
    }
  }

  /** A policy to build upon, since the usual one is final. */
  private static class Forwarding implements Policy {
    private final FifoPolicy policy = new FifoPolicy();

    @Override
    public void add(Runnable continuation) {
      policy.add(continuation);
    }

    @Override
    public @Nullable Runnable next() {
      return policy.next();
    }

    @Override
    public int size() {
      return policy.size();
    }
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "dns",
            names
                + " names at once, IPv4 and IPv6 of each, over UDP: from a server that does next to"
                + " nothing, on another loop, and from dnsmasq. Before that, "
                + DnsLoad.CLIENTS
                + " sockets send it plain questions as fast as it answers; then the same names"
                + " again, from the cache; in turn, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    try (LoopGroup group = LoopGroup.start(1)) {
      UdpSocket socket = group.loop(0).call(() -> UdpSocket.bind("127.0.0.1", 0));
      group.loop(0).spawn(() -> DnsLoad.serve(socket));
      measure(report, "", socket.localAddress(), options, progress);
      socket.close();
    }
    if (Dnsmasq.isInstalled()) {
      try (Dnsmasq server = Dnsmasq.start()) {
        measure(report, "dnsmasq: ", server.address(), options, progress);
      }
    } else {
      report.missing("dnsmasq", "no dnsmasq on the PATH; on Debian: apt install dnsmasq-base");
    }
    report.note("ratio: questions of the look-ups to plain questions");
    report.note(
        "longest step of a greenlet in a pass of its own, while the names were looked up:"
            + " longest_ms by the wall, in which other processes and the collector count,"
            + " longest_cpu_ms by the processor");
    return report;
  }

  private void measure(
      Report report,
      String prefix,
      InetSocketAddress server,
      BenchOptions options,
      Consumer<String> progress)
      throws Exception {
    Figures plain = new Figures();
    Figures asked = new Figures();
    Figures cached = new Figures();
    Stopwatch stopwatch = new Stopwatch();
    Loomlet.run(
        LoopOptions.defaults().withPolicy(() -> stopwatch),
        () -> {
          for (int round = -WARM_UP; round < options.rounds(); round++) {
            double limit = DnsLoad.questionsPerSecond(server, options.seconds());
            DnsResolver resolver = new DnsResolver(DnsConfig.of(server).withTimeout(PATIENCE));
            resolver.lookup("first.test");
            Pass first = lookUpAll(resolver, stopwatch);
            Pass second = lookUpAll(resolver, stopwatch);
            if (round >= 0) {
              plain.perSecond.add(limit);
              asked.add(first);
              asked.ratio.add(2 * first.perSecond / limit);
              cached.add(second);
            }
            // To look at the clock at each step takes time of its own.
            stopwatch.on = true;
            resolver = new DnsResolver(DnsConfig.of(server).withTimeout(PATIENCE));
            resolver.lookup("first.test");
            timeSteps(resolver, stopwatch, round < 0 ? null : asked);
            timeSteps(resolver, stopwatch, round < 0 ? null : cached);
            stopwatch.on = false;
            if (round >= 0) {
              progress.accept(prefix + "round " + (round + 1) + " of " + options.rounds());
            }
          }
        });
    report.row(plain.cells(prefix + "plain questions"));
    report.row(asked.cells(prefix + "look-ups, two questions each"));
    report.row(cached.cells(prefix + "look-ups, from the cache"));
  }

  /** What was measured of one thing. */
  private static final class Figures {
    final List<Double> perSecond = new ArrayList<>();
    final List<Double> ratio = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();
    private final List<Double> longest = new ArrayList<>();
    private final List<Double> longestCpu = new ArrayList<>();

    void add(Pass pass) {
      perSecond.add(pass.perSecond);
      cpu.add(pass.cpuMicros);
    }

    void addSteps(Stopwatch stopwatch) {
      longest.add(stopwatch.longest / 1e6);
      longestCpu.add(stopwatch.longestCpu / 1e6);
    }

    Map<String, Object> cells(String what) {
      Map<String, Object> cells = Report.cells();
      cells.put("what", what);
      cells.put("per_s", Spread.of(perSecond));
      if (!ratio.isEmpty()) {
        cells.put("ratio", Spread.of(ratio));
      }
      if (!cpu.isEmpty()) {
        cells.put("cpu_us", Spread.of(cpu));
        cells.put("longest_ms", Spread.of(longest));
        cells.put("longest_cpu_ms", Spread.of(longestCpu));
      }
      return cells;
    }
  }

  /**
   * What it took to resolve all names.
   *
   * @param perSecond names
   * @param cpuMicros processor time of the loop's thread for each name
   */
  private record Pass(double perSecond, double cpuMicros) {}

  private Pass lookUpAll(DnsResolver resolver, Stopwatch stopwatch) throws Exception {
    long cpuBegin = stopwatch.cpu();
    long begin = System.nanoTime();
    lookUpAll(resolver);
    long took = System.nanoTime() - begin;
    return new Pass(names * 1e9 / took, (stopwatch.cpu() - cpuBegin) / 1e3 / names);
  }

  private void timeSteps(DnsResolver resolver, Stopwatch stopwatch, @Nullable Figures figures)
      throws Exception {
    stopwatch.reset();
    lookUpAll(resolver);
    if (figures != null) {
      figures.addSteps(stopwatch);
    }
  }

  /** Resolves all names at once. */
  private void lookUpAll(DnsResolver resolver) throws Exception {
    List<Greenlet<Integer>> lookups = new ArrayList<>(names);
    for (int i = 0; i < names; i++) {
      String name = "host" + i + ".test";
      lookups.add(Loomlet.spawn(() -> resolver.lookup(name).size()));
    }
    for (Greenlet<Integer> each : lookups) {
      if (each.get() != 2) {
        throw new IllegalStateException("a name has not both addresses");
      }
    }
  }
}
