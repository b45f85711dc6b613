package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import dev.loomlet.file.LoopFiles;
import dev.loomlet.file.OpenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Random reads of a file that the kernel has in its cache, against io_uring in C. */
final class FilesBenchmark implements Benchmark {
  private static final int GREENLETS = 64;
  private static final int BLOCK = 4096;
  private static final long SIZE = 64L << 20;
  private static final int FEW_READS = 100_000;

  /** Reads between two looks at the clock. */
  private static final int BATCH = 32;

  private static final int SWITCHES = 1000;

  private static final String C = "C, io_uring";
  private static final String JDK = "JDK, virtual threads";
  private static final String BARE = "bare continuation, one switch";
  private static final List<String> USUAL = List.of("epoll", "io_uring", "nio");

  private final long size;

  FilesBenchmark() {
    this(SIZE);
  }

  FilesBenchmark(long size) {
    this.size = size;
  }

  @Override
  public String title() {
    return "random 4 KiB reads of a cached file from 64 greenlets, against io_uring in C";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "files",
            GREENLETS
                + " greenlets read blocks of 4 KiB at random places of a file of "
                + (size >> 20)
                + " MiB in the page cache, into memory outside of the heap; in C as many reads are"
                + " in flight; processor time for one read, in turn, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Path folder = Home.built();
    Files.createDirectories(folder);
    Path file = Files.createTempFile(folder, "files", ".data");
    try {
      fill(file);
      measure(file, options, report);
    } finally {
      Files.deleteIfExists(file);
    }
    return report;
  }

  private void fill(Path file) throws IOException {
    byte[] block = new byte[1 << 20];
    new SplittableRandom(1).nextBytes(block);
    try (var out = Files.newOutputStream(file)) {
      for (long done = 0; done < size; done += block.length) {
        out.write(block);
      }
    }
  }

  private void measure(Path file, BenchOptions options, Report report) throws Exception {
    Rounds rounds = new Rounds();
    Path program = program(report);
    if (program != null) {
      rounds.add(C, nanos -> inC(program, file, nanos));
    }
    for (String engine : engines(options, report)) {
      rounds.add(engine, nanos -> onLoop(engine, file, nanos, false));
      rounds.add(engine + ", arrays", nanos -> onLoop(engine, file, nanos, true));
    }
    rounds.add(JDK, nanos -> onVirtualThreads(file, nanos));
    if (BareContinuation.isAvailable()) {
      rounds.add(
          BARE,
          nanos -> Timed.repeat(nanos, SWITCHES, () -> BareContinuation.takeTurns(SWITCHES / 2)));
    }
    rounds.run(options);
    String reference = program == null ? JDK : C;
    rounds.tell(report, "reads", reference);
    report.note(
        "reads that share a system call take a switch each: the bare continuation is what that"
            + " costs at least");
    report.note("the file system decides whether a read can be tried without a helper thread");
    rounds.chart(options, "A read of 4 KiB", "io_uring");
  }

  private static List<String> engines(BenchOptions options, Report report) {
    List<String> wanted = options.engines().isEmpty() ? USUAL : options.engines();
    List<String> engines = new ArrayList<>();
    for (Engines.Info each : Engines.all()) {
      if (!wanted.contains(each.name())) {
        continue;
      }
      String reason = each.unavailableReason();
      if (reason == null) {
        engines.add(each.name());
      } else {
        report.missing(each.name(), reason);
      }
    }
    if (engines.isEmpty()) {
      throw new IllegalArgumentException("none of the engines " + wanted + " works here");
    }
    return engines;
  }

  /** The reference; null where it cannot run. */
  private static @Nullable Path program(Report report) {
    try {
      Path program = Natives.build().resolve("read_uring");
      if (!Files.isExecutable(program)) {
        throw new UnmeasurableException("bench/native has no read_uring");
      }
      Command.run(null, Duration.ofSeconds(30), List.of(program + "", program + "", "100", "1"));
      return program;
    } catch (UnmeasurableException | IOException e) {
      report.missing(C, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Processor time of this process so far. */
  private static long cpuNanos() throws UnmeasurableException {
    return ProcessSample.of(ProcessHandle.current().pid())
        .orElseThrow(
            () -> new UnmeasurableException("only Linux tells the processor time of processes"))
        .cpuNanos();
  }

  private static double inC(Path program, Path file, long nanos) throws IOException {
    double each = inC(program, file, FEW_READS);
    return inC(program, file, (int) Math.max(FEW_READS, nanos / each));
  }

  private static double inC(Path program, Path file, int reads) throws IOException {
    String output =
        Command.run(
            null,
            Duration.ofMinutes(2),
            List.of(program + "", file + "", Integer.toString(reads), GREENLETS + ""));
    return Json.number(Json.readObject(output), "cpu_us") * 1e3;
  }

  /** Reads until a time, and counts. */
  private interface Reader {
    long until(long end, SplittableRandom random) throws Exception;
  }

  private double onLoop(String engine, Path path, long nanos, boolean arrays) throws Exception {
    LoopOptions options = LoopOptions.defaults().withEngine(Engines.byName(engine));
    return Loomlet.run(
        options,
        () -> {
          try (OpenFile file = LoopFiles.open(path)) {
            return readAtOnce(nanos, (end, random) -> read(file, arrays, end, random));
          }
        });
  }

  private long read(OpenFile file, boolean array, long end, SplittableRandom random)
      throws IOException {
    MemorySegment target =
        array ? MemorySegment.ofArray(new byte[BLOCK]) : Arena.ofAuto().allocate(BLOCK, BLOCK);
    long blocks = size / BLOCK;
    long count = 0;
    do {
      for (int i = 0; i < BATCH; i++) {
        int n = file.read(target, random.nextLong(blocks) * BLOCK);
        if (n != BLOCK) {
          throw new IOException("a read gave " + n + " bytes");
        }
      }
      count += BATCH;
    } while (System.nanoTime() - end < 0);
    return count;
  }

  private static double readAtOnce(long nanos, Reader reader) throws Exception {
    long before = cpuNanos();
    long start = System.nanoTime();
    List<Greenlet<Long>> greenlets = new ArrayList<>();
    for (int i = 0; i < GREENLETS; i++) {
      SplittableRandom random = new SplittableRandom(i);
      greenlets.add(Loomlet.spawn(() -> reader.until(start + nanos, random)));
    }
    long reads = 0;
    for (Greenlet<Long> each : greenlets) {
      reads += each.get();
    }
    return (double) (cpuNanos() - before) / reads;
  }

  private double onVirtualThreads(Path path, long nanos) throws Exception {
    long before = cpuNanos();
    long start = System.nanoTime();
    long[] counts = new long[GREENLETS];
    try (FileChannel channel = FileChannel.open(path)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < GREENLETS; i++) {
        int index = i;
        threads.add(
            Thread.ofVirtual().start(() -> counts[index] = read(channel, start + nanos, index)));
      }
      for (Thread each : threads) {
        each.join();
      }
    }
    long reads = 0;
    for (long each : counts) {
      reads += each;
    }
    return (double) (cpuNanos() - before) / reads;
  }

  private long read(FileChannel channel, long end, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ByteBuffer target = ByteBuffer.allocateDirect(BLOCK);
    long blocks = size / BLOCK;
    long count = 0;
    do {
      for (int i = 0; i < BATCH; i++) {
        try {
          channel.read(target.clear(), random.nextLong(blocks) * BLOCK);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      count += BATCH;
    } while (System.nanoTime() - end < 0);
    return count;
  }
}
