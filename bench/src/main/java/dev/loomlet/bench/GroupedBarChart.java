package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Horizontal bars in groups: a bar for each series in each group that has a value for it. */
public final class GroupedBarChart {
  private static final int LEFT = 150;
  private static final int RIGHT = 70;
  private static final int TOP = 62;
  private static final int LEGEND = 24;
  private static final int BOTTOM = 30;
  private static final double ALONE = 20;
  private static final double TOGETHER = 12;
  private static final double GAP = 10;

  private final String title;
  private final String unit;
  private final Map<String, Map<String, Double>> groups = new LinkedHashMap<>();
  private final List<String> series = new ArrayList<>();
  private final Set<String> highlighted = new HashSet<>();
  private @Nullable Double reference;

  /**
   * Begins a chart.
   *
   * @param title shown above
   * @param unit of the values, shown below the title
   */
  public GroupedBarChart(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /**
   * Adds a bar.
   *
   * @param group shown left of its bars
   * @param seriesName shown in the legend
   * @param value at least 0; the second for the same place replaces the first
   * @return this
   */
  public GroupedBarChart add(String group, String seriesName, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("a bar cannot be " + value + " long");
    }
    if (!series.contains(seriesName)) {
      series.add(seriesName);
    }
    groups.computeIfAbsent(group, _ -> new LinkedHashMap<>()).put(seriesName, value);
    return this;
  }

  /** Makes a group stand out. */
  public GroupedBarChart highlight(String group) {
    highlighted.add(group);
    return this;
  }

  /** Draws a line at the value to compare with. */
  public GroupedBarChart reference(double value) {
    reference = value;
    return this;
  }

  /** Writes the drawing, and the folders above it. */
  public void writeSvg(Path file) throws IOException {
    Svg svg = new Svg();
    double left = left();
    boolean single = series.size() <= 1;
    double thickness = single ? ALONE : TOGETHER;
    double top = TOP + (single ? 0 : LEGEND);
    double bottom = top;
    for (Map<String, Double> bars : groups.values()) {
      bottom += bars.size() * thickness + GAP;
    }
    double maximum = maximum();
    double scale = (Svg.WIDTH - left - RIGHT) / maximum;
    svg.text(16, 28, "start", "title ink", title);
    svg.text(16, 48, "start", "small faint", unit);
    if (!single) {
      drawLegend(svg, left);
    }
    double step = Svg.step(maximum);
    for (int i = 0; i * step <= maximum * 1.0001; i++) {
      double x = left + i * step * scale;
      svg.verticalLine(x, top - 4, bottom, "grid");
      svg.text(x, bottom + 16, "middle", "small faint", Svg.number(i * step));
    }
    drawBars(svg, left, top, thickness, scale);
    if (reference != null && reference <= maximum) {
      svg.verticalLine(left + reference * scale, top - 4, bottom, "reference");
    }
    svg.write(file, title, bottom + BOTTOM);
  }

  /** Room for the longest name, at the width of an average letter. */
  private double left() {
    int longest = groups.keySet().stream().mapToInt(String::length).max().orElse(0);
    return Math.max(LEFT, 26 + 8 * longest);
  }

  private double maximum() {
    double maximum = reference == null ? 0 : reference;
    for (Map<String, Double> bars : groups.values()) {
      for (double value : bars.values()) {
        maximum = Math.max(maximum, value);
      }
    }
    return maximum > 0 ? maximum : 1;
  }

  private void drawLegend(Svg svg, double left) {
    double x = left;
    for (int i = 0; i < series.size(); i++) {
      svg.bar(x, TOP - 4, 12, 12, Svg.series(i));
      svg.text(x + 18, TOP + 7, "start", "small ink", series.get(i));
      x += 40 + 7 * series.get(i).length();
    }
  }

  private void drawBars(Svg svg, double left, double top, double thickness, double scale) {
    double y = top;
    for (Map.Entry<String, Map<String, Double>> group : groups.entrySet()) {
      Map<String, Double> bars = group.getValue();
      boolean strong = highlighted.contains(group.getKey());
      double middle = y + bars.size() * thickness / 2 + 4.5;
      svg.text(left - 10, middle, "end", strong ? "ink strong" : "ink", group.getKey());
      for (Map.Entry<String, Double> bar : bars.entrySet()) {
        String colour =
            series.size() > 1
                ? Svg.series(series.indexOf(bar.getKey()))
                : strong ? "accent" : "plain";
        double length = bar.getValue() * scale;
        svg.bar(left, y + 1, length, thickness - 2, colour);
        svg.text(
            left + length + 6,
            y + thickness / 2 + 4,
            "start",
            strong ? "small ink strong" : "small ink",
            Svg.number(bar.getValue()));
        y += thickness;
      }
      y += GAP;
    }
  }
}
