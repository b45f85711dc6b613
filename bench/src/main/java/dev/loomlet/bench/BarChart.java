package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Horizontal bars, one below the other in the order in which they were added. */
public final class BarChart {
  private final GroupedBarChart chart;
  private final List<String> labels = new ArrayList<>();

  /**
   * Begins a chart.
   *
   * @param title shown above
   * @param unit of the values, shown below the title
   */
  public BarChart(String title, String unit) {
    this.chart = new GroupedBarChart(title, unit);
  }

  /**
   * Adds a bar.
   *
   * @param label shown left of it; a repeated label replaces the value
   * @param value at least 0
   * @return this
   */
  public BarChart add(String label, double value) {
    labels.add(label);
    chart.add(label, "", value);
    return this;
  }

  /** Makes a bar stand out. */
  public BarChart highlight(String label) {
    chart.highlight(label);
    return this;
  }

  /** Draws a line at the value to compare with. */
  public BarChart reference(double value) {
    chart.reference(value);
    return this;
  }

  /** Writes the drawing, and the folders above it. */
  public void writeSvg(Path file) throws IOException {
    chart.writeSvg(file);
  }

  @Override
  public String toString() {
    return "BarChart" + labels;
  }
}
