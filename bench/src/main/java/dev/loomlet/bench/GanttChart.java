package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who did what when: panels below each other, with a row for each name. */
public final class GanttChart {
  private static final double TOP = 78;
  private static final double LEFT = 96;
  private static final double WIDTH = 620;
  private static final double ROW = 24;
  private static final double BAR = 15;
  private static final double BELOW = 64;

  private final String title;
  private final String subtitle;
  private final List<Panel> panels = new ArrayList<>();

  /** How something is drawn. */
  private enum Kind {
    READY,
    WAITS,
    RUNS
  }

  private record Bar(Kind kind, double from, double to) {}

  private record Mark(double place, String label) {}

  /** One of the charts. Places are from 0, at the left, to 1. */
  public static final class Panel {
    private final String title;
    private final Map<String, List<Bar>> rows = new LinkedHashMap<>();
    private final List<Mark> marks = new ArrayList<>();

    private Panel(String title) {
      this.title = title;
    }

    /** Draws that somebody is there and would like to run, below what is drawn later. */
    public void ready(String name, double from, double to) {
      add(name, Kind.READY, from, to);
    }

    /** Draws that somebody waits. */
    public void waits(String name, double from, double to) {
      add(name, Kind.WAITS, from, to);
    }

    /** Draws that somebody runs. */
    public void runs(String name, double from, double to) {
      add(name, Kind.RUNS, from, to);
    }

    private void add(String name, Kind kind, double from, double to) {
      rows.computeIfAbsent(name, _ -> new ArrayList<>()).add(new Bar(kind, from, to));
    }

    /** Labels a place below the chart. */
    public void mark(double place, String label) {
      marks.add(new Mark(place, label));
    }
  }

  /** Begins a chart with no panels. */
  public GanttChart(String title, String subtitle) {
    this.title = title;
    this.subtitle = subtitle;
  }

  /** Adds a chart below those that are there. */
  public Panel panel(String panelTitle) {
    Panel panel = new Panel(panelTitle);
    panels.add(panel);
    return panel;
  }

  /** Writes the drawing, and the folders above it. */
  public void writeSvg(Path file) throws IOException {
    Svg svg = new Svg();
    svg.text(16, 28, "start", "title ink", title);
    svg.text(16, 48, "start", "small faint", subtitle);
    double top = TOP;
    for (Panel each : panels) {
      top = draw(svg, each, top) + BELOW;
    }
    svg.write(file, title, top - BELOW / 2);
  }

  private static double draw(Svg svg, Panel panel, double top) {
    svg.text(16, top, "start", "ink strong", panel.title);
    double bottom = top + 12 + panel.rows.size() * ROW;
    for (Mark mark : panel.marks) {
      double x = LEFT + mark.place * WIDTH;
      svg.verticalLine(x, top + 12, bottom, "grid");
      svg.text(x, bottom + 15, "middle", "small faint", mark.label);
    }
    double y = top + 12 + (ROW - BAR) / 2;
    int number = 0;
    for (Map.Entry<String, List<Bar>> row : panel.rows.entrySet()) {
      svg.text(LEFT - 10, y + BAR - 3, "end", "ink", row.getKey());
      for (Bar bar : row.getValue()) {
        draw(svg, bar, y, Svg.series(number));
      }
      y += ROW;
      number++;
    }
    return bottom;
  }

  private static void draw(Svg svg, Bar bar, double y, String colour) {
    double x = LEFT + bar.from * WIDTH;
    double width = (bar.to - bar.from) * WIDTH;
    switch (bar.kind) {
      case READY -> svg.bar(x, y, width, BAR, colour + " pale");
      case RUNS -> svg.bar(x, y, width, BAR, colour);
      case WAITS -> {
        svg.bar(x, y, width, BAR, "page");
        svg.horizontalLine(x, x + width, y + BAR / 2, "grid");
      }
    }
  }
}
