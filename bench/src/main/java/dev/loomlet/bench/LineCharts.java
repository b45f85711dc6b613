package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Several small line charts of the same series, two beside each other, with one legend. */
final class LineCharts {
  private static final double TOP = 84;
  private static final double LEFT = 62;
  private static final double PLOT_WIDTH = 300;
  private static final double PLOT_HEIGHT = 170;
  private static final double COLUMN = 378;
  private static final double ROW = 244;
  private static final double LEGEND_ROW = 19;

  private final String title;
  private final String subtitle;
  private final List<Panel> panels = new ArrayList<>();

  /** Whether a series is drawn dashed. */
  private final Map<String, Boolean> series = new LinkedHashMap<>();

  /** One of the charts. */
  static final class Panel {
    private final String title;
    private final Map<String, TreeMap<Integer, Double>> lines = new LinkedHashMap<>();

    private Panel(String title) {
      this.title = title;
    }

    /** Adds a point; x is one of a few numbers that get the same distance from each other. */
    void add(String seriesName, int x, double y) {
      lines.computeIfAbsent(seriesName, _ -> new TreeMap<>()).put(x, y);
    }
  }

  LineCharts(String title, String subtitle) {
    this.title = title;
    this.subtitle = subtitle;
  }

  /** Adds a chart behind those that are there. */
  Panel panel(String panelTitle) {
    Panel panel = new Panel(panelTitle);
    panels.add(panel);
    return panel;
  }

  /** Names a series; colours and the legend follow the order in which they are named first. */
  void series(String name, boolean dashed) {
    series.putIfAbsent(name, dashed);
  }

  /** Writes the drawing, and the folders above it. */
  void writeSvg(Path file) throws IOException {
    Svg svg = new Svg();
    svg.text(16, 28, "start", "title ink", title);
    svg.text(16, 48, "start", "small faint", subtitle);
    List<Integer> xs = xs();
    for (int i = 0; i < panels.size(); i++) {
      draw(svg, panels.get(i), xs, left(i), top(i));
    }
    // In the place behind the last chart.
    int place = panels.size();
    drawLegend(svg, left(place) - 20, top(place));
    double legendEnd = top(place) + LEGEND_ROW * series.size();
    double chartsEnd = top(place - 1) + PLOT_HEIGHT + 40;
    svg.write(file, title, Math.max(legendEnd, chartsEnd) + 10);
  }

  private static double left(int place) {
    return LEFT + place % 2 * COLUMN;
  }

  private static double top(int place) {
    return TOP + Math.floorDiv(place, 2) * ROW;
  }

  private List<Integer> xs() {
    TreeSet<Integer> xs = new TreeSet<>();
    panels.forEach(panel -> panel.lines.values().forEach(line -> xs.addAll(line.keySet())));
    return List.copyOf(xs);
  }

  private void draw(Svg svg, Panel panel, List<Integer> xs, double left, double top) {
    double bottom = top + PLOT_HEIGHT;
    svg.text(left, top - 12, "start", "ink strong", panel.title);
    Axis axis = Axis.of(panel.lines.values().stream().flatMap(l -> l.values().stream()).toList());
    for (double tick : axis.ticks()) {
      double y = bottom - axis.share(tick) * PLOT_HEIGHT;
      svg.horizontalLine(left, left + PLOT_WIDTH, y, "grid");
      svg.text(left - 7, y + 4, "end", "small faint", axis.label(tick));
    }
    for (int i = 0; i < xs.size(); i++) {
      String label = String.format(Locale.ROOT, "%,d", xs.get(i));
      svg.text(x(left, i, xs.size()), bottom + 17, "middle", "small faint", label);
    }
    int number = 0;
    for (Map.Entry<String, Boolean> each : series.entrySet()) {
      TreeMap<Integer, Double> line = panel.lines.get(each.getKey());
      if (line != null) {
        List<double[]> points = new ArrayList<>();
        line.forEach(
            (at, value) ->
                points.add(
                    new double[] {
                      x(left, xs.indexOf(at), xs.size()), bottom - axis.share(value) * PLOT_HEIGHT
                    }));
        drawLine(svg, points, number, each.getValue());
      }
      number++;
    }
  }

  private static double x(double left, int index, int count) {
    double edge = 16;
    return count == 1
        ? left + PLOT_WIDTH / 2
        : left + edge + index * (PLOT_WIDTH - 2 * edge) / (count - 1);
  }

  private static void drawLine(Svg svg, List<double[]> points, int number, boolean dashed) {
    svg.line(points, Svg.hue(number) + (dashed ? " line dashed" : " line"));
    for (double[] each : points) {
      svg.dot(each[0], each[1], number, Svg.hue(number) + " dot");
    }
  }

  private void drawLegend(Svg svg, double left, double top) {
    double y = top;
    int number = 0;
    for (Map.Entry<String, Boolean> each : series.entrySet()) {
      drawLine(
          svg,
          List.of(new double[] {left, y}, new double[] {left + 36, y}),
          number,
          each.getValue());
      svg.text(left + 48, y + 4, "start", "ink", each.getKey() + stops(each.getKey()));
      y += LEGEND_ROW;
      number++;
    }
  }

  /** Says so if a line ends before others do, which may look like a mistake. */
  private String stops(String name) {
    List<Integer> all = xs();
    int last =
        panels.stream()
            .filter(panel -> panel.lines.containsKey(name))
            .mapToInt(panel -> panel.lines.get(name).lastKey())
            .max()
            .orElse(0);
    return all.isEmpty() || last == all.getLast()
        ? ""
        : String.format(Locale.ROOT, " (at most %,d here)", last);
  }
}
