package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DnsBenchmarkTest {

  @Test
  void lookUpsAreMeasured() throws Exception {
    BenchOptions options = BenchOptions.defaults().withSeconds(Duration.ofMillis(20)).withRounds(2);

    Report report = new DnsBenchmark(50, Duration.ofMillis(200)).measure(options, _ -> {});

    assertThat(report.rows()).hasSize(Dnsmasq.isInstalled() ? 8 : 4);
    assertThat(report.missing().containsKey("dnsmasq")).isEqualTo(!Dnsmasq.isInstalled());
    for (int i = 1; i < report.rows().size(); i += 4) {
      Map<String, Object> lookUps = report.rows().get(i);
      assertThat(lookUps).containsKeys("ratio", "longest_ms");
      for (String each : new String[] {"per_s", "cpu_us", "longest_cpu_ms"}) {
        assertThat(((Spread) lookUps.get(each)).least()).isPositive();
      }
    }
  }
}
