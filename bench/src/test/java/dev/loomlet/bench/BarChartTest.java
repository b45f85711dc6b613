package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

final class BarChartTest {
  @TempDir Path folder;

  private static Document parse(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  @Test
  void barsAreDrawnToScale() throws Exception {
    Path file = folder.resolve("deep/down/chart.svg");

    new BarChart("Cost", "ns").add("short", 5).add("long", 20).highlight("long").writeSvg(file);

    NodeList bars = parse(file).getElementsByTagName("rect");
    assertThat(bars.getLength()).isEqualTo(2);
    double first = width(bars, 0);
    double second = width(bars, 1);
    assertThat(second / first).isBetween(3.99, 4.01);
  }

  private static double width(NodeList bars, int index) {
    return Double.parseDouble(
        bars.item(index).getAttributes().getNamedItem("width").getNodeValue());
  }

  @Test
  void labelsMayContainAnything() throws Exception {
    Path file = folder.resolve("chart.svg");
    String hard = "<a href=\"x\"> & 'b' äöü \u0001 ]]>";

    new BarChart(hard, hard).add(hard, 1).writeSvg(file);

    assertThat(parse(file).getDocumentElement().getAttribute("aria-label"))
        .isEqualTo(hard.replace('\u0001', '?'));
  }

  @Test
  void noValueAndZeroAreDrawn() throws Exception {
    Path empty = folder.resolve("empty.svg");
    Path zero = folder.resolve("zero.svg");

    new BarChart("nothing", "ns").writeSvg(empty);
    new BarChart("zero", "ns").add("none", 0).writeSvg(zero);

    assertThat(parse(empty).getElementsByTagName("rect").getLength()).isZero();
    assertThat(parse(zero).getElementsByTagName("rect").getLength()).isOne();
  }

  @Test
  void whatIsNoLengthIsRefused() {
    BarChart chart = new BarChart("bad", "ns");

    assertThatThrownBy(() -> chart.add("x", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> chart.add("x", -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aGroupHasABarForEachSeriesItHasAValueFor() throws Exception {
    Path file = folder.resolve("groups.svg");

    new GroupedBarChart("Echo", "times")
        .add("a", "50", 1)
        .add("a", "1000", 1.5)
        .add("b", "50", 2)
        .reference(1)
        .writeSvg(file);

    Document svg = parse(file);
    int legend = 2;
    assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(3 + legend);
    assertThat(svg.getElementsByTagName("line").getLength()).isGreaterThan(3);
  }
}
