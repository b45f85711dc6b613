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
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

  /** Plain questions under way at once when the server's limit is looked for. */
  private static final int CLIENTS = 32;

  /** Plain questions that each client sends in a burst. */
  private static final int BURST = 2;

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
                + " names at once, IPv4 and IPv6 of each, from a server on another loop over UDP;"
                + " before that, "
                + CLIENTS
                + " sockets send it plain questions as fast as it answers; then the same names"
                + " again, from the cache; in turn, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Figures plain = new Figures();
    Figures asked = new Figures();
    Figures cached = new Figures();
    try (LoopGroup group = LoopGroup.start(1)) {
      UdpSocket socket = group.loop(0).call(() -> UdpSocket.bind("127.0.0.1", 0));
      group.loop(0).spawn(() -> serve(socket));
      InetSocketAddress server = socket.localAddress();
      Stopwatch stopwatch = new Stopwatch();
      Loomlet.run(
          LoopOptions.defaults().withPolicy(() -> stopwatch),
          () -> {
            for (int round = -WARM_UP; round < options.rounds(); round++) {
              double limit = plainQuestions(server, options.seconds());
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
                progress.accept("round " + (round + 1) + " of " + options.rounds());
              }
            }
          });
      socket.close();
    }
    report.row(plain.cells("plain questions"));
    report.row(asked.cells("look-ups, two questions each"));
    report.row(cached.cells("look-ups, from the cache"));
    report.note("ratio: questions of the look-ups to plain questions");
    report.note(
        "longest step of a greenlet in a pass of its own, while the names were looked up:"
            + " longest_ms by the wall, in which other processes and the collector count,"
            + " longest_cpu_ms by the processor");
    return report;
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

  /** How many questions a second the server answers. */
  private static double plainQuestions(InetSocketAddress server, Duration time) throws Exception {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    List<Greenlet<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(Loomlet.spawn(() -> askPlainly(server, end)));
    }
    long answers = 0;
    for (Greenlet<Integer> each : clients) {
      answers += each.get();
    }
    return answers * 1e9 / (System.nanoTime() - begin);
  }

  private static int askPlainly(InetSocketAddress server, long end) throws IOException {
    byte[] question = question();
    byte[] room = new byte[512];
    int answers = 0;
    try (UdpSocket socket = UdpSocket.open()) {
      socket.connect(server);
      socket.setReceiveTimeout(PATIENCE);
      do {
        for (int i = 0; i < BURST; i++) {
          socket.send(question);
        }
        for (int i = 0; i < BURST; i++) {
          socket.receive(room);
          answers++;
        }
      } while (System.nanoTime() < end);
    }
    return answers;
  }

  /** For the IPv4 address of host0.test, as RFC 1035 has it. */
  private static byte[] question() {
    return ByteBuffer.allocate(28)
        .putShort((short) 1)
        .putShort((short) 0x0100)
        .putShort((short) 1)
        .putShort((short) 0)
        .putInt(0)
        .put((byte) 5)
        .put("host0".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 4)
        .put("test".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 0)
        .putShort((short) 1)
        .putShort((short) 1)
        .array();
  }

  /** Answers every question with an address of the family that it asks for. */
  private static void serve(UdpSocket socket) throws IOException {
    ByteBuffer packet = ByteBuffer.allocate(512);
    try (socket) {
      while (true) {
        packet.clear();
        socket.receive(packet);
        int end = 12;
        while (packet.get(end) != 0) {
          end += 1 + packet.get(end);
        }
        int type = packet.getShort(end + 1);
        // An answer, recursion available; one record, no others.
        packet.putShort(2, (short) 0x8180).putShort(6, (short) 1).putInt(8, 0);
        packet.limit(packet.capacity()).position(end + 5);
        packet.putShort((short) 0xc00c).putShort((short) type).putShort((short) 1).putInt(60);
        int length = type == 1 ? 4 : 16;
        packet.putShort((short) length).put(new byte[length - 1]).put((byte) 7).flip();
        socket.send(packet, socket.sender());
      }
    } catch (SocketException e) {
      // Closed.
    }
  }
}
