package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineChartsTest {
  @TempDir Path folder;

  private String draw(LineCharts charts) throws Exception {
    Path file = folder.resolve("a/b.svg");
    charts.writeSvg(file);
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    return Files.readString(file);
  }

  @Test
  void eachPanelHasItsLinesAndTheLegendNamesThemOnce() throws Exception {
    // given
    LineCharts charts = new LineCharts("Title <1>", "below");
    charts.series("one", false);
    charts.series("other", true);
    LineCharts.Panel first = charts.panel("First");
    LineCharts.Panel second = charts.panel("Second");
    for (int x : List.of(1, 10, 100)) {
      first.add("one", x, x * 2.0);
      second.add("one", x, 3);
    }
    first.add("other", 1, 1);
    first.add("other", 10, 0);
    // when
    String svg = draw(charts);
    // then
    assertThat(svg).contains("Title &lt;1&gt;", ">First<", ">Second<", ">one<", ">100<");
    assertThat(svg).contains(">other (at most 10 here)<");
    assertThat(svg.split("<polyline", -1)).hasSize(1 + 3 + 2);
    assertThat(svg).doesNotContain("NaN", "Infinity");
  }

  @Test
  void nothingAtAllCanBeDrawn() throws Exception {
    // given
    LineCharts charts = new LineCharts("Empty", "");
    charts.series("one", false);
    charts.panel("First");
    // when / then
    assertThat(draw(charts)).doesNotContain("NaN", "Infinity");
  }

  @Test
  void valuesThatLieFarApartGetAnAxisOfPowersOfTen() {
    // given
    Axis axis = Axis.of(List.of(0.0, 0.02, 1.0, 700.0));
    // when / then
    assertThat(axis.ticks()).hasSize(6);
    assertThat(axis.ticks().stream().map(axis::label).toList())
        .containsExactly("0.01", "0.1", "1", "10", "100", "1,000");
    assertThat(axis.label(10_000_000)).isEqualTo("10M");
    assertThat(axis.share(0)).isZero();
    assertThat(axis.share(0.01)).isZero();
    assertThat(axis.share(1000)).isEqualTo(1);
    assertThat(axis.share(10)).isBetween(0.59, 0.61);
  }

  @Test
  void valuesThatLieCloseGetAnAxisFromZero() {
    // given
    Axis axis = Axis.of(List.of(4.0, 9.5));
    // when / then
    assertThat(axis.ticks().stream().map(axis::label).toList())
        .containsExactly("0", "2", "4", "6", "8", "10");
    assertThat(axis.share(5)).isEqualTo(0.5);
  }

  @Test
  void zerosAloneGetAnAxisToo() {
    // when / then
    assertThat(Axis.of(List.of(0.0, 0.0)).share(0)).isZero();
    assertThat(Axis.of(List.of()).ticks()).isNotEmpty();
  }
}
