package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** How long {@code loomlet run Hello.java} takes, against {@code java Hello.java}. */
final class StartBenchmark implements Benchmark {
  private static final String PROGRAM = "void main() { IO.println(\"hello\"); }\n";
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final String JAVA = "java Hello.java";
  private static final String FIRST = "loomlet run Hello.java, the first time";
  private static final String LATER = "loomlet run Hello.java, later";
  private static final String COMPILED = "java Hello, compiled before";

  @Override
  public String title() {
    return "start a program of one line from its source, against java";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Path launcher = Home.path().resolve("loomlet");
    Path cache = Home.path().resolve("cli/target/app/loomlet.aot");
    if (!Files.isExecutable(launcher)) {
      throw new UnmeasurableException("there is no launcher in " + Home.path());
    }
    Path folder = Files.createTempDirectory("loomlet-start");
    try {
      Path file = Files.writeString(folder.resolve("Hello.java"), PROGRAM);
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      Command.run(folder, LIMIT, List.of(java + "c", "-d", folder.toString(), file.toString()));
      Path kept = folder.resolve("kept");
      int[] fresh = {0};
      Rounds rounds =
          new Rounds()
              .add(JAVA, nanos -> time(folder, kept, nanos, java, file.toString()))
              .add(
                  FIRST,
                  nanos -> {
                    Path empty = folder.resolve("empty" + fresh[0]++);
                    return time(folder, empty, 0, launcher.toString(), "run", file.toString());
                  })
              .add(
                  LATER,
                  nanos -> time(folder, kept, nanos, launcher.toString(), "run", file.toString()))
              .add(COMPILED, nanos -> time(folder, kept, nanos, java, "-cp", ".", "Hello"));
      progress.accept("measuring");
      rounds.run(options);
      Report report =
          new Report(
              "start",
              "From the start of the process to its end, with the launcher; the first time is with"
                  + " an empty cache of compiled classes; in turn, median of "
                  + options.rounds()
                  + " rounds (least-greatest).");
      for (String name : rounds.names()) {
        Map<String, Object> cells = Report.cells();
        cells.put("command", name);
        Spread nanos = rounds.nanos(name);
        cells.put(
            "ms", new Spread(nanos.median() / 1e6, nanos.least() / 1e6, nanos.greatest() / 1e6));
        cells.put("ratio", rounds.ratio(name, JAVA));
        report.row(cells);
      }
      if (!Files.exists(cache) || Files.size(cache) == 0) {
        report.note("the launcher has no start-up cache; it makes one when sources have rested");
      }
      rounds.chart(options, "Start of a program of one line", "loomlet");
      return report;
    } finally {
      delete(folder);
    }
  }

  private static double time(Path folder, Path cache, long nanos, String... command)
      throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "env",
                "LOOMLET_BUILD=never",
                "LOOMLET_JAVA_HOME=" + System.getProperty("java.home"),
                "LOOMLET_CACHE=" + cache));
    all.addAll(List.of(command));
    return Timed.repeat(
        nanos,
        1,
        () -> {
          String said = Command.run(folder, LIMIT, all);
          if (!said.equals("hello\n")) {
            throw new IOException(String.join(" ", all) + " said: " + said);
          }
        });
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
  }
}
