package dev.loomlet.cli.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The show's results as text. */
final class ResultTable {
  private final PrintStream out;
  private final boolean unicode;

  ResultTable(PrintStream out) {
    this.out = out;
    this.unicode = out.charset().newEncoder().canEncode("µ–");
  }

  void print(List<Result> results) {
    String cpu = unicode ? "CPU µs/req" : "CPU us/req";
    row(
        "server",
        "requests/s",
        "p50 ms",
        "p99 ms",
        cpu,
        "memory MiB",
        "threads",
        "switches/req",
        "wrong",
        "errors");
    for (Result each : results) {
      row(
          each.server(),
          number("%,.0f", each.perSecond()),
          number("%.2f", each.p50Millis()),
          number("%.2f", each.p99Millis()),
          number("%.2f", each.cpuMicros()),
          number("%,.0f", each.residentMiB()),
          number("%,.0f", each.threads()),
          number("%.3f", each.switches()),
          Long.toString(each.wrong()),
          Long.toString(each.failed()));
    }
  }

  private void row(Object... cells) {
    out.printf(Locale.ROOT, "%-24s %11s %8s %8s %11s %11s %8s %13s %6s %7s%n", cells);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private String number(String format, OptionalDouble value) {
    return value.isPresent() ? number(format, value.getAsDouble()) : unicode ? "–" : "-";
  }
}
