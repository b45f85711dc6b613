package dev.loomlet.cli;

import dev.loomlet.diagnose.LoopStatistics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Prints what the loops have done, once: when the program ends, or when the JVM does because of a
 * signal or {@code System.exit}.
 */
final class FiguresAtEnd {
  private final LoopStatistics statistics = new LoopStatistics();
  private final AtomicBoolean printed = new AtomicBoolean();
  private final PrintWriter out;

  FiguresAtEnd(PrintWriter out) {
    this.out = out;
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(this::print, "loomlet stats"));
    } catch (IllegalStateException e) {
      // The JVM is ending already, before anything was counted.
    }
  }

  /** What the loops are made with, so that they are counted. */
  LoopStatistics statistics() {
    return statistics;
  }

  void print() {
    if (!printed.compareAndSet(false, true)) {
      return;
    }
    List<LoopStatistics.Figures> all = statistics.figures();
    StringBuilder text = new StringBuilder();
    for (LoopStatistics.Figures each : all) {
      text.append(line(each));
    }
    out.print(text);
    out.flush();
  }

  private static String line(LoopStatistics.Figures loop) {
    String calls =
        loop.systemCalls() < 0
            ? "system calls not counted"
            : String.format(Locale.ROOT, "%,d system calls", loop.systemCalls());
    return String.format(
        Locale.ROOT,
        "loomlet: %s (%s): %,d greenlets, %,d switches, %s, longest step %s%s%n",
        loop.loop(),
        loop.engine(),
        loop.started(),
        loop.switches(),
        calls,
        millis(loop.longestStep()),
        loop.longestStepBy() == null ? "" : " by " + loop.longestStepBy());
  }

  private static String millis(Duration time) {
    return String.format(Locale.ROOT, "%.3f ms", time.toNanos() / 1e6);
  }
}
