package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.loomlet.bench.IoComparison.Options;
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

class IoComparisonTest {
  private static final Duration SHORT = Duration.ofMillis(20);

  @TempDir Path folder;

  private static List<Map<?, ?>> rows(Map<?, ?> json) {
    @SuppressWarnings("unchecked")
    List<Map<?, ?>> rows = (List<Map<?, ?>>) json.get("rows");
    return rows;
  }

  @Test
  void eachEngineHasFiguresForEachNumberOfConnections() throws Exception {
    // given
    assumeThat(Files.isDirectory(Path.of("/proc/self/task"))).isTrue();
    List<String> engines = List.of("nio", "auto");
    Options options = new Options(List.of(5, 2, 5), engines, false, SHORT, 2);

    // when
    IoComparison comparison = IoComparison.measure(options, SHORT, _ -> {});

    // then
    Path json = folder.resolve("new/io.json");
    comparison.writeJson(json);
    List<Map<?, ?>> rows = rows(Json.readObject(Files.readString(json)));
    assertThat(rows).hasSize(2 * engines.size());
    for (int i = 0; i < rows.size(); i++) {
      Map<?, ?> row = rows.get(i);
      assertThat(row.get("connections")).isEqualTo(i < engines.size() ? 2.0 : 5.0);
      assertThat(row.get("engine")).isEqualTo(engines.get(i % engines.size()));
      assertThat(row.get("why_not")).as("%s", row).isNull();
      assertThat(Json.number(row, "requests_per_s")).isPositive();
      assertThat(Json.number((Map<?, ?>) row.get("cpu_us"), "median")).isPositive();
      assertThat(Json.number(row, "p99_us")).isGreaterThanOrEqualTo(Json.number(row, "p50_us"));
    }
    assertThat(comparison.allRight()).isTrue();
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    comparison.print(new PrintStream(table, true, StandardCharsets.UTF_8));
    assertThat(table.toString(StandardCharsets.UTF_8)).contains(engines).contains("system calls");
    Path svg = folder.resolve("new/io.svg");
    comparison.writeSvg(svg);
    assertThat(svg).content().startsWith("<svg").contains(engines).contains("Context switches");
  }

  @Test
  void anEngineThatCannotHaveSoManyConnectionsSaysWhyInItsCell() throws Exception {
    // given
    assumeThat(Files.isDirectory(Path.of("/proc/self/task"))).isTrue();
    assumeThat(EchoServers.loomlet("select", "select").missing()).isEmpty();
    assumeThat(EchoPlaces.here().natives()).as("the load generator in C").isNotNull();
    Options options = new Options(List.of(2, 1100, 1200), List.of("select"), false, SHORT, 1);

    // when
    IoComparison comparison = IoComparison.measure(options, SHORT, _ -> {});

    // then
    Path json = folder.resolve("io.json");
    comparison.writeJson(json);
    List<Map<?, ?>> rows = rows(Json.readObject(Files.readString(json)));
    assertThat(rows).hasSize(3);
    assertThat(Json.number(rows.getFirst(), "requests_per_s")).isPositive();
    for (Map<?, ?> row : rows.subList(1, 3)) {
      assertThat(row.get("requests_per_s")).isNull();
      assertThat((String) row.get("why_not")).contains("select has room for descriptors up to");
    }
    Path svg = folder.resolve("io.svg");
    comparison.writeSvg(svg);
    assertThat(svg).content().contains(">select<").doesNotContain("NaN");
  }

  @Test
  void whatDoesNotExistIsRefused() {
    // when / then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(List.of(1), List.of("steam"), false, SHORT, 1))
        .withMessageContaining("there is no engine 'steam'; choose among auto, ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(List.of(10, 0), List.of(), false, SHORT, 1))
        .withMessageContaining("connections must be at least 1, not 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(List.of(), List.of(), false, SHORT, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(List.of(1), List.of(), false, Duration.ZERO, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(List.of(1), List.of(), false, SHORT, 0));
  }
}
