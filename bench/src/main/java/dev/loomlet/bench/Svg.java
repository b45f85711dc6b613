package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A drawing in the making: what all charts have in common. Readable on light and dark pages. */
final class Svg {
  static final int WIDTH = 760;

  /** Classes instead of colours, because what is readable depends on the page. */
  private static final String STYLE =
      """
      text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
      .title { font-size: 17px; font-weight: 600; }
      .small { font-size: 11.5px; }
      .strong { font-weight: 700; }
      .ink { fill: #1f2328; }
      .faint { fill: #636c76; }
      .grid { stroke: #d1d9e0; stroke-width: 1; }
      .reference { stroke: #cf4f34; stroke-width: 1.5; stroke-dasharray: 4 3; }
      .plain { fill: #9aa4b1; }
      .accent { fill: #0e8a7d; }
      .series0 { fill: #5b8def; }
      .series1 { fill: #0e8a7d; }
      .series2 { fill: #d98a1f; }
      .series3 { fill: #b0569b; }
      .series4 { fill: #7a7f87; }
      .pale { fill-opacity: 0.25; }
      .page { fill: #ffffff; }
      .line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
      .dashed { stroke-dasharray: 5 4; }
      .dot { fill: currentColor; }
      .hue0 { color: #d1495b; }
      .hue1 { color: #d98a1f; }
      .hue2 { color: #8a9a1f; }
      .hue3 { color: #2e8b57; }
      .hue4 { color: #0e8a9d; }
      .hue5 { color: #2f6fdf; }
      .hue6 { color: #7a4fc9; }
      .hue7 { color: #b0569b; }
      .hue8 { color: #1f2328; }
      .hue9 { color: #636c76; }
      .hue10 { color: #8c6d46; }
      .hue11 { color: #9b2226; }
      .hue12 { color: #005f73; }
      .hue13 { color: #94a3b8; }
      @media (prefers-color-scheme: dark) {
        .ink { fill: #e6edf3; }
        .faint { fill: #9aa5b1; }
        .grid { stroke: #3a424c; }
        .plain { fill: #6a7480; }
        .accent { fill: #2bb8a7; }
        .series0 { fill: #78a5ff; }
        .series1 { fill: #2bb8a7; }
        .series2 { fill: #eaa54a; }
        .series3 { fill: #d184be; }
        .series4 { fill: #9aa0a8; }
        .page { fill: #0d1117; }
        .hue0 { color: #f0788a; }
        .hue1 { color: #eaa54a; }
        .hue2 { color: #b9c94a; }
        .hue3 { color: #4cc38a; }
        .hue4 { color: #2bb8cf; }
        .hue5 { color: #78a5ff; }
        .hue6 { color: #b08cff; }
        .hue7 { color: #e08ccb; }
        .hue8 { color: #e6edf3; }
        .hue9 { color: #9aa5b1; }
        .hue10 { color: #c9a877; }
        .hue11 { color: #e0565b; }
        .hue12 { color: #5fb3c4; }
        .hue13 { color: #64748b; }
      }
      """;

  private static final int SERIES_COLOURS = 5;
  private static final int HUES = 14;

  private final StringBuilder body = new StringBuilder();

  static String series(int index) {
    return "series" + index % SERIES_COLOURS;
  }

  /** The colour of a line, one of more than bars have. */
  static String hue(int index) {
    return "hue" + index % HUES;
  }

  /** Draws text; anchor is start, middle or end. */
  void text(double x, double y, String anchor, String classes, String text) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            classes,
            escape(text)));
  }

  void bar(double x, double y, double width, double height, String classes) {
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" class=\"%s\"/>%n",
            x,
            y,
            Math.max(0, width),
            height,
            classes));
  }

  void verticalLine(double x, double top, double bottom, String classes) {
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
            x,
            top,
            x,
            bottom,
            classes));
  }

  void horizontalLine(double left, double right, double y, String classes) {
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
            left,
            y,
            right,
            y,
            classes));
  }

  /** Draws a line through points of two coordinates each. */
  void line(List<double[]> points, String classes) {
    StringBuilder text = new StringBuilder();
    for (double[] each : points) {
      text.append(String.format(Locale.ROOT, "%.1f,%.1f ", each[0], each[1]));
    }
    body.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" class=\"%s\"/>%n",
            text.toString().stripTrailing(),
            classes));
  }

  /** Marks a point by one of four shapes, for those who do not tell colours apart. */
  void dot(double x, double y, int shape, String classes) {
    String path =
        switch (shape % 4) {
          case 0 -> "M%1$.1f %2$.1fm-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z";
          case 1 -> "M%1$.1f %2$.1fm-2.9 -2.9h5.8v5.8h-5.8z";
          case 2 -> "M%1$.1f %2$.1fm0 -4l3.9 6.6h-7.8z";
          default -> "M%1$.1f %2$.1fm0 -4.2l4.2 4.2l-4.2 4.2l-4.2 -4.2z";
        };
    body.append(
        String.format(
            Locale.ROOT,
            "<path d=\"%s\" class=\"%s\"/>%n",
            String.format(Locale.ROOT, path, x, y),
            classes));
  }

  void write(Path file, String title, double height) throws IOException {
    String head =
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\""
                + " height=\"%.0f\" role=\"img\" aria-label=\"%s\">%n<title>%s</title>%n<style>%n%s"
                + "</style>%n",
            WIDTH,
            height,
            WIDTH,
            height,
            escape(title),
            escape(title),
            STYLE);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, head + body + "</svg>\n");
  }

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(c < ' ' && c != '\n' && c != '\t' ? '?' : c);
              }
            });
    return escaped.toString();
  }

  /** A step between lines of a grid that makes about five of them with round numbers. */
  static double step(double maximum) {
    if (!(maximum > 0) || Double.isInfinite(maximum)) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(maximum / 5)));
    double rest = maximum / 5 / power;
    return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
  }

  /** A number with as many digits as are worth reading. */
  static String number(double value) {
    double size = Math.abs(value);
    String text =
        String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }
}
