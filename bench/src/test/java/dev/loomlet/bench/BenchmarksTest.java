package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BenchmarksTest {
  private static final BenchOptions SHORT =
      BenchOptions.defaults()
          .withJson(true)
          .withSeconds(Duration.ofMillis(20))
          .withRounds(2)
          .withConnections(List.of(5));

  @TempDir Path folder;

  private static String print(Report report, boolean json) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), json);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Report measure(Benchmark benchmark, BenchOptions options) throws Exception {
    try {
      return benchmark.measure(options, _ -> {});
    } catch (UnmeasurableException e) {
      assumeThat(e.getMessage()).as("cannot be measured here").isNull();
      throw e;
    }
  }

  /** Rows that say something of each column named. */
  private static List<Map<?, ?>> rowsOf(Report report, String... columns) {
    Map<?, ?> json = Json.readObject(print(report, true));
    assertThat(((Map<?, ?>) json.get("machine")).keySet())
        .extracting(String::valueOf)
        .containsExactly("processor", "kernel", "jdk");
    assertThat((String) json.get("method")).endsWith(".");
    @SuppressWarnings("unchecked")
    List<Map<?, ?>> rows = (List<Map<?, ?>>) json.get("rows");
    assertThat(rows).isNotEmpty();
    for (Map<?, ?> row : rows) {
      for (String column : columns) {
        assertPositive(row, column);
      }
    }
    String table = print(report, false);
    assertThat(table).contains(Machine.here().text()).contains(columns);
    return rows;
  }

  private static void assertPositive(Map<?, ?> row, String column) {
    Object value = row.get(column);
    double number =
        value instanceof Map<?, ?> spread ? Json.number(spread, "median") : (double) value;
    assertThat(number).as(column + " of " + row).isPositive().isFinite();
  }

  @Test
  void groupsAndKillsAreMeasured() throws Exception {
    // when / then
    assertThat(rowsOf(measure(new GroupBenchmark(1000), SHORT), "ns", "ratio")).hasSize(2);
    assertThat(rowsOf(measure(new KillBenchmark(1000), SHORT), "ns", "ratio")).hasSize(6);
  }

  @Test
  void policiesAreMeasured() throws Exception {
    // when
    Benchmark benchmark = new PolicyBenchmark(List.of("mlfq", "priority, ageing"));
    // then
    assertThat(rowsOf(measure(benchmark, SHORT), "decision", "switch, fifo")).hasSize(2);
  }

  @Test
  void locksAndQueuesAreMeasured() throws Exception {
    // when / then
    assertThat(rowsOf(measure(new LockBenchmark(), SHORT), "ns", "ratio")).hasSize(5);
    assertThat(rowsOf(measure(new QueueBenchmark(), SHORT), "ns", "ratio")).hasSize(4);
  }

  @Test
  void channelsAreMeasuredAgainstKotlin() throws Exception {
    // when
    Report report = measure(new ChannelBenchmark(), SHORT);

    // then
    assertThat(rowsOf(report, "ns", "ratio"))
        .extracting(row -> (Object) row.get("channel"))
        .contains("Loomlet, one way", "Kotlin, one way", "Loomlet, to and fro");
  }

  @Test
  void switchIsMeasured() throws Exception {
    Path chart = folder.resolve("switch.svg");

    Report report = measure(new SwitchBenchmark(), SHORT.withChart(chart));

    assertThat(rowsOf(report, "ns", "ratio")).hasSize(4);
    assertThat(chart).exists();
  }

  @Test
  void spawnIsMeasured() throws Exception {
    assertThat(rowsOf(measure(new SpawnBenchmark(), SHORT), "ns", "ratio")).hasSize(4);
  }

  @Test
  void filesAreMeasured() throws Exception {
    Report report = measure(new FilesBenchmark(1 << 20), SHORT.withEngines(List.of("nio")));

    assertThat(rowsOf(report, "ns", "ratio"))
        .extracting(row -> (Object) row.get("reads"))
        .contains("nio", "nio, arrays");
  }

  @Test
  void whatPatchingCostsOthersIsMeasured() throws Exception {
    assertThat(rowsOf(measure(new PatchBenchmark(), SHORT), "ns", "ratio")).hasSize(4);
  }

  @Test
  void queriesAreMeasured() throws Exception {
    Report report = measure(new JdbcBenchmark(Duration.ofMillis(100), 20), SHORT);

    assertThat(rowsOf(report, "ms", "cpu_us", "time_ratio", "cpu_ratio")).hasSize(2);
  }

  @Test
  void jettyIsMeasured() throws Exception {
    Report report = measure(new JettyBenchmark(Duration.ofSeconds(1)), SHORT.withRounds(1));

    assertThat(rowsOf(report, "requests_per_cpu_s", "ratio")).hasSize(2);
  }

  @Test
  void timersAreMeasured() throws Exception {
    assertThat(rowsOf(measure(new TimersBenchmark(10_000), SHORT), "ns", "ratio")).hasSize(4);
  }

  @Test
  void submitIsMeasured() throws Exception {
    assertThat(rowsOf(measure(new SubmitBenchmark(), SHORT), "p50_us", "p99_us")).isNotEmpty();
  }

  @Test
  void idleIsMeasured() throws Exception {
    Report report = measure(new IdleBenchmark(50, Duration.ofMillis(100)), SHORT);

    assertThat(rowsOf(report, "resident_mib", "threads")).hasSize(2);
  }

  @Test
  void generatorsAreMeasured() throws Exception {
    List<Map<?, ?>> rows = rowsOf(measure(new GeneratorBenchmark(), SHORT), "ns", "ratio");

    assertThat(rows).extracting(row -> (Object) row.get("step")).contains("Generator.next");
  }

  @Test
  void coroutinesAreMeasured() throws Exception {
    Report report = measure(new CoroutineBenchmark(), SHORT);

    List<Map<?, ?>> rows = rowsOf(report, "ns", "ratio");
    assertThat(rows.size() == 5 || report.missing().containsKey("Python's greenlet")).isTrue();
    assertThat(rows).extracting(row -> (Object) row.get("switch")).contains("Coroutine and root");
  }

  @Test
  void memoryIsMeasured() throws Exception {
    Report report = measure(new MemoryBenchmark(20_000, List.of("park")), SHORT.withRounds(1));

    assertThat(rowsOf(report, "bytes")).hasSize(2);
  }

  @Test
  void echoIsMeasured() throws Exception {
    assumeThat(Files.isDirectory(Path.of("/proc/self/task"))).isTrue();
    Path chart = folder.resolve("echo.svg");
    BenchOptions options = SHORT.withPeers(List.of("loomlet-epoll")).withChart(chart);
    EchoBenchmark benchmark = new EchoBenchmark(Duration.ofMillis(100));

    Report report = measure(benchmark, options);

    List<Map<?, ?>> rows = rowsOf(report, "ratio", "cpu_us", "requests_per_s", "p50_us", "p99_us");
    assertThat(rows).extracting(row -> (Object) row.get("server")).contains("loomlet-epoll");
    assertThat(print(report, true)).doesNotContain("replied wrongly");
    assertThat(chart).exists();
  }

  @Test
  void echoOfChosenEnginesIsComparedWithBothServersInC() throws Exception {
    assumeThat(Files.isDirectory(Path.of("/proc/self/task"))).isTrue();
    assumeThat(EchoPlaces.here().natives()).isNotNull();
    EchoBenchmark benchmark = new EchoBenchmark(Duration.ofMillis(100));

    Report report = measure(benchmark, SHORT.withEngines(List.of("nio", "auto")));

    List<Map<?, ?>> rows = rowsOf(report, "ratio", "cpu_us");
    assertThat(rows)
        .extracting(row -> (String) row.get("server"))
        .contains("c-epoll", "loomlet-nio", "loomlet-auto")
        .doesNotContain("loomlet-array", "go", "jdk-virtual");
    if (!report.missing().containsKey("c-io_uring")) {
      assertThat(rowsOf(report, "to_c-io_uring")).hasSize(4);
    }
  }

  @Test
  void bulkTransfersAreMeasuredAgainstC() throws Exception {
    Path chart = folder.resolve("bulk.svg");
    BulkBenchmark benchmark = new BulkBenchmark(Duration.ofMillis(50));

    Report report = measure(benchmark, SHORT.withEngines(List.of("nio")).withChart(chart));

    assertThat(report.missing()).isEmpty();
    assertThat(rowsOf(report, "ratio", "mib_per_s", "send_ns", "receive_ns"))
        .extracting(row -> (Object) row.get("transfer"))
        .containsExactly("C to C", "nio to C", "C to nio", "nio to nio");
    assertThat(chart).exists();
  }

  @Test
  void anEngineThatDoesNotExistIsRefused() {
    BenchOptions options = SHORT.withEngines(List.of("steam"));

    for (Benchmark each : List.of(new EchoBenchmark(), new BulkBenchmark())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> measure(each, options))
          .withMessageContaining("there is no engine 'steam'");
    }
  }

  @Test
  void echoOverTlsIsMeasured() throws Exception {
    assumeThat(Files.isDirectory(Path.of("/proc/self/task"))).isTrue();

    Report report = measure(new TlsBenchmark(Duration.ofMillis(100)), SHORT);

    List<Map<?, ?>> rows = rowsOf(report, "ratio", "cpu_us", "requests_per_s", "p99_us");
    assertThat(rows)
        .extracting(row -> (Object) row.get("server"))
        .containsExactly("netty-epoll", "loomlet");
    assertThat(print(report, true)).doesNotContain("replied wrongly");
  }

  @Test
  void theLoadGeneratorInJavaAnswersAsTheOneInC() throws Exception {
    List<String> server =
        JavaCommand.of("dev.loomlet.bench.peers.LoomletArrayEchoServer", List.of(), "0");
    List<String> load = JavaCommand.of(EchoLoad.class.getName(), List.of());
    try (ServerProcess echo = ServerProcess.start("echo", server, Duration.ofSeconds(20));
        LoadControl control = new LoadControl(load)) {
      control.open("echo", echo.port(), 3);

      LoadControl.Visit visit = control.run("echo", Duration.ofMillis(50));

      control.close("echo");
      assertThat(visit.wrong()).isZero();
      assertThat(visit.requests()).isGreaterThan(3);
      assertThat(visit.p99()).isGreaterThanOrEqualTo(visit.p50()).isPositive();
    }
  }

  @Test
  void anUnknownNameIsAnError() {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());

    assertThat(Benchmarks.run("nonsense", SHORT, nowhere)).isEqualTo(Benchmarks.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo",
        "bulk",
        "switch",
        "spawn",
        "memory",
        "timers",
        "submit",
        "idle",
        "generator",
        "coroutine"
      })
  void everyBenchmarkSaysWhatItIs(String name) {
    assertThat(Benchmarks.names()).containsKey(name);
    assertThat(Benchmarks.names().get(name)).hasSizeBetween(10, 80);
  }
}
