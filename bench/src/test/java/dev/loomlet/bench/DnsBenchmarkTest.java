package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DnsBenchmarkTest {

  @Test
  void lookUpsAreMeasured() throws Exception {
    BenchOptions options = BenchOptions.defaults().withSeconds(Duration.ofMillis(20)).withRounds(2);

    Report report = new DnsBenchmark(50).measure(options, _ -> {});

    assertThat(report.rows()).hasSize(3);
    assertThat(report.rows().get(1))
        .containsKeys("per_s", "ratio", "cpu_us", "longest_ms", "longest_cpu_ms");
    for (String each : new String[] {"per_s", "cpu_us", "longest_cpu_ms"}) {
      assertThat(((Spread) report.rows().get(1).get(each)).least()).isPositive();
    }
  }
}
