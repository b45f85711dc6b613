package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
      }
      """;

  private static final int SERIES_COLOURS = 5;

  private final StringBuilder body = new StringBuilder();

  static String series(int index) {
    return "series" + index % SERIES_COLOURS;
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
