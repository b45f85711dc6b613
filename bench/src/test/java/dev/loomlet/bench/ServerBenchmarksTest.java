package dev.loomlet.bench;

import static dev.loomlet.bench.ShortRun.SHORT;
import static dev.loomlet.bench.ShortRun.measure;
import static dev.loomlet.bench.ShortRun.print;
import static dev.loomlet.bench.ShortRun.rowsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Benchmarks that have servers, and load generators for them, in processes of their own. */
final class ServerBenchmarksTest {
  @TempDir Path folder;

  @Test
  void queriesAreMeasured() throws Exception {
    Report report = measure(new JdbcBenchmark(Duration.ofMillis(100), 20), SHORT);

    assertThat(rowsOf(report, "ms", "cpu_us", "time_ratio", "cpu_ratio")).hasSize(2);
  }

  @Test
  void jettyIsMeasured() throws Exception {
    Report report = measure(new JettyBenchmark(Duration.ofSeconds(1)), SHORT.withRounds(1));

    int inC = EchoPlaces.here().natives() == null ? 0 : 1;
    assertThat(rowsOf(report, "requests_per_cpu_s", "ratio")).hasSize(2 + inC);
    assertThat(report.missing()).hasSize(1 - inC);
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
        .containsExactly("C to C, another", "nio to C", "C to nio", "nio to nio");
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
}
