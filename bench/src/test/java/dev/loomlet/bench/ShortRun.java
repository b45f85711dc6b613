package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Runs a benchmark for as short as it can, and looks at what it reports. */
final class ShortRun {
  static final BenchOptions SHORT =
      BenchOptions.defaults()
          .withJson(true)
          .withSeconds(Duration.ofMillis(20))
          .withRounds(2)
          .withConnections(List.of(5));

  private ShortRun() {}

  static String print(Report report, boolean json) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), json);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  static Report measure(Benchmark benchmark, BenchOptions options) throws Exception {
    try {
      return benchmark.measure(options, _ -> {});
    } catch (UnmeasurableException e) {
      assumeThat(e.getMessage()).as("cannot be measured here").isNull();
      throw e;
    }
  }

  /** Rows that say something of each column named. */
  static List<Map<?, ?>> rowsOf(Report report, String... columns) {
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
}
