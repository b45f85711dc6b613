package dev.loomlet.bench;

import static dev.loomlet.bench.ShortRun.SHORT;
import static dev.loomlet.bench.ShortRun.measure;
import static dev.loomlet.bench.ShortRun.rowsOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BenchmarksTest {
  @TempDir Path folder;

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
        .contains(
            "Loomlet, one way",
            "Kotlin, one way",
            "Loomlet, to and fro",
            "bare continuation, one switch");
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
