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
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many names are resolved in a second when a thousand are asked for at once, and for how long
 * that keeps the loop from everything else.
 */
final class DnsBenchmark implements Benchmark {
  private static final int NAMES = 1000;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** The compiler rests when it works for less than this part of a warm-up round. */
  private static final double RESTS = 0.03;

  private static final int LEAST_WARM_UP = 5;

  /** Places among the processors: together on one, each would have half of it. */
  private static final int SERVERS_PROCESSOR = 0;

  private static final int ASKERS_PROCESSOR = 1;

  private final int names;

  /** How long a warm-up lasts if the compiler does not rest before. */
  private final Duration mostWarmUp;

  DnsBenchmark() {
    this(NAMES, Duration.ofSeconds(40));
  }

  DnsBenchmark(int names, Duration mostWarmUp) {
    this.names = names;
    this.mostWarmUp = mostWarmUp;
  }

  @Override
  public String title() {
    return "a thousand look-ups of names at once, against what the server can answer";
  }

  /** Keeps how long the steps of greenlets took, by the wall and by the processor, if it is on. */
  private static final class Stopwatch extends Forwarding implements LongSupplier {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final long carrier = Thread.currentThread().threadId();
    boolean on;
    long longest;
    long longestCpu;

    void reset() {
      longest = 0;
      longestCpu = 0;
    }

    /** How much processor time the loop's thread has taken. Any thread. */
    @Override
    public long getAsLong() {
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
                + " nothing, on another loop, and from dnsmasq; who asks has one processor, and the"
                + " server another. Before that, "
                + DnsLoad.CLIENTS
                + " sockets send it plain questions as fast as it answers; then the same names"
                + " again, from the cache; in turn, each for "
                + options.seconds().toMillis() / 1000.0
                + " s, median of "
                + options.rounds()
                + " rounds (least-greatest), after the compiler has come to rest.");
    Stopwatch[] ofServer = new Stopwatch[1];
    LoopOptions serving = LoopOptions.defaults().withPolicy(() -> ofServer[0] = new Stopwatch());
    try (LoopGroup group = LoopGroup.start(1, serving);
        PinnedThread _ = group.loop(0).call(() -> PinnedThread.caller(SERVERS_PROCESSOR))) {
      UdpSocket socket = group.loop(0).call(() -> UdpSocket.bind("127.0.0.1", 0));
      group.loop(0).spawn(() -> DnsLoad.serve(socket));
      measure(report, "", socket.localAddress(), ofServer[0], options, progress);
      socket.close();
    }
    if (Dnsmasq.isInstalled()) {
      try (Dnsmasq server =
          Dnsmasq.start(
              SERVERS_PROCESSOR,
              "--local-ttl=60",
              "--address=/test/192.0.2.1",
              "--address=/test/2001:db8::1")) {
        measure(report, "dnsmasq: ", server.address(), server::cpuNanos, options, progress);
      }
    } else {
      report.missing("dnsmasq", "no dnsmasq on the PATH; on Debian: apt install dnsmasq-base");
    }
    report.note("ratio: questions of the look-ups to plain questions");
    report.note(
        "cpu_us: processor time of the loop that asks for each look-up or plain question;"
            + " server_busy: the server's, as a part of the time");
    report.note(
        "the first ones: a thousand at once, before anything was asked of this server; the first"
            + " row of these is that of a program that has just begun");
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
      LongSupplier serverCpu,
      BenchOptions options,
      Consumer<String> progress)
      throws Exception {
    Figures first = new Figures();
    Figures plain = new Figures();
    Figures asked = new Figures();
    Figures cached = new Figures();
    Stopwatch stopwatch = new Stopwatch();
    Meter meter = new Meter(stopwatch, serverCpu);
    Loomlet.run(
        LoopOptions.defaults().withPolicy(() -> stopwatch),
        () -> {
          Duration time = options.seconds();
          try (PinnedThread _ = PinnedThread.caller(ASKERS_PROCESSOR)) {
            first.add(meter.run(() -> lookUpAll(resolver(server), Duration.ZERO)));
            warmUp(server, stopwatch, time, progress, prefix);
            for (int round = 1; round <= options.rounds(); round++) {
              Pass limit = meter.run(() -> DnsLoad.answersOf(server, time));
              DnsResolver[] last = new DnsResolver[1];
              Pass pass =
                  meter.run(
                      () -> {
                        long end = System.nanoTime() + time.toNanos();
                        int found = 0;
                        do {
                          last[0] = resolver(server);
                          found += lookUpAll(last[0], Duration.ZERO);
                        } while (System.nanoTime() < end);
                        return found;
                      });
              plain.add(limit);
              asked.add(pass);
              asked.ratio.add(2 * pass.perSecond / limit.perSecond);
              cached.add(meter.run(() -> lookUpAll(last[0], time)));
              timeSteps(server, stopwatch, asked, cached);
              progress.accept(prefix + "round " + round + " of " + options.rounds());
            }
          }
        });
    report.row(plain.cells(prefix + "plain questions"));
    report.row(asked.cells(prefix + "look-ups, two questions each"));
    report.row(cached.cells(prefix + "look-ups, from the cache"));
    report.row(first.cells(prefix + "look-ups, the first ones"));
  }

  private static DnsResolver resolver(InetSocketAddress server) {
    return new DnsResolver(DnsConfig.of(server).withTimeout(PATIENCE));
  }

  /** Does all that is measured until the compiler rests. */
  private void warmUp(
      InetSocketAddress server,
      Stopwatch stopwatch,
      Duration time,
      Consumer<String> progress,
      String prefix)
      throws Exception {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long begin = System.nanoTime();
    long end = begin + mostWarmUp.toNanos();
    for (int round = 1; System.nanoTime() < end; round++) {
      long since = System.nanoTime();
      long before = compiler == null ? 0 : compiler.getTotalCompilationTime();
      int _ = DnsLoad.answersOf(server, time);
      DnsResolver resolver = resolver(server);
      long until = System.nanoTime() + time.toNanos();
      do {
        resolver = resolver(server);
        int _ = lookUpAll(resolver, Duration.ZERO);
      } while (System.nanoTime() < until);
      int _ = lookUpAll(resolver, time);
      timeSteps(server, stopwatch, null, null);
      long compiled = compiler == null ? 0 : compiler.getTotalCompilationTime() - before;
      progress.accept(prefix + "warming up, " + (System.nanoTime() - begin) / 1_000_000_000 + " s");
      if (round >= LEAST_WARM_UP && compiled * 1e6 < RESTS * (System.nanoTime() - since)) {
        return;
      }
    }
  }

  /** What was measured of one thing. */
  private static final class Figures {
    final List<Double> perSecond = new ArrayList<>();
    final List<Double> ratio = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();
    private final List<Double> busy = new ArrayList<>();
    private final List<Double> longest = new ArrayList<>();
    private final List<Double> longestCpu = new ArrayList<>();

    void add(Pass pass) {
      perSecond.add(pass.perSecond);
      cpu.add(pass.cpuMicros);
      busy.add(pass.serverBusy);
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
      cells.put("cpu_us", Spread.of(cpu));
      cells.put("server_busy", Spread.of(busy));
      if (!longest.isEmpty()) {
        cells.put("longest_ms", Spread.of(longest));
        cells.put("longest_cpu_ms", Spread.of(longestCpu));
      }
      return cells;
    }
  }

  /**
   * What came out of a time.
   *
   * @param perSecond names or answers
   * @param cpuMicros processor time of the loop's thread for each of them
   * @param serverBusy processor time of the server, as a part of the time
   */
  private record Pass(double perSecond, double cpuMicros, double serverBusy) {}

  private interface Work {
    /** Returns how much was done. */
    int run() throws Exception;
  }

  /** Measures what the loop and the server need. */
  private record Meter(LongSupplier loopCpu, LongSupplier serverCpu) {
    Pass run(Work work) throws Exception {
      long serverBegin = serverCpu.getAsLong();
      long cpuBegin = loopCpu.getAsLong();
      long begin = System.nanoTime();
      int done = work.run();
      double took = System.nanoTime() - begin;
      return new Pass(
          done * 1e9 / took,
          (loopCpu.getAsLong() - cpuBegin) / 1e3 / done,
          (serverCpu.getAsLong() - serverBegin) / took);
    }
  }

  /** To look at the clock at each step takes time of its own, so this is a pass of its own. */
  private void timeSteps(
      InetSocketAddress server,
      Stopwatch stopwatch,
      @Nullable Figures asked,
      @Nullable Figures cached)
      throws Exception {
    DnsResolver resolver = resolver(server);
    int _ = resolver.lookup("first.test").size();
    stopwatch.on = true;
    timeSteps(resolver, stopwatch, asked);
    timeSteps(resolver, stopwatch, cached);
    stopwatch.on = false;
  }

  private void timeSteps(DnsResolver resolver, Stopwatch stopwatch, @Nullable Figures figures)
      throws Exception {
    stopwatch.reset();
    int _ = lookUpAll(resolver, Duration.ZERO);
    if (figures != null) {
      figures.addSteps(stopwatch);
    }
  }

  /**
   * Resolves all names at once, and again until a time is over.
   *
   * @return how many look-ups that were
   */
  private int lookUpAll(DnsResolver resolver, Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    int found = 0;
    do {
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
      found += names;
    } while (System.nanoTime() < end);
    return found;
  }
}
