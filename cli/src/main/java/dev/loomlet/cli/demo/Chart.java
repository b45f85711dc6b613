package dev.loomlet.cli.demo;

import dev.loomlet.bench.BarChart;
import dev.loomlet.cli.exit.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The show's results as a drawing. */
final class Chart {
  private static final String TITLE = "Loomlet demo: ";

  /** Our title stands in the first line. */
  private static final int HEAD_LENGTH = 1024;

  private final Path file;

  /**
   * Decides where to draw, before the work is done.
   *
   * @throws CommandFailure if there is a file that this class has not written
   */
  Chart(Path file) throws IOException {
    this.file = file;
    if (Files.isDirectory(file)) {
      throw CommandFailure.usage(file + " is a directory; name a file with --chart");
    }
    if (Files.exists(file) && !isOurs(file)) {
      throw CommandFailure.usage(
          file + " exists and is no chart of this command; name another file with --chart");
    }
  }

  private static boolean isOurs(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(HEAD_LENGTH), StandardCharsets.UTF_8);
      return head.startsWith("<svg") && head.contains(TITLE);
    }
  }

  /** Draws processor time for each request, or requests per second where only that is known. */
  void write(List<Result> results, int clients) throws IOException {
    boolean cpu = results.stream().allMatch(each -> each.cpuMicros().isPresent());
    BarChart chart =
        new BarChart(
            TITLE + String.format(Locale.ROOT, "%,d TCP clients, every reply checked", clients),
            cpu ? "µs of the server's processor time per request; less is better" : "requests/s");
    for (Result each : results) {
      chart.add(each.server(), cpu ? each.cpuMicros().getAsDouble() : each.perSecond());
    }
    chart.highlight(EchoShow.LOOMLET).writeSvg(file);
  }

  Path file() {
    return file;
  }
}
