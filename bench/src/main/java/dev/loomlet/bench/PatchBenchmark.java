package dev.loomlet.bench;

import dev.loomlet.bench.peers.PlainOperations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What the agent costs threads that have nothing to do with loops. */
final class PatchBenchmark implements Benchmark {
  private static final String PATCHED = "patched";
  private static final String PLAIN = "as it is";
  private static final Map<String, String> OPERATIONS =
      Map.of("socket", "a byte there and back by java.net.Socket", "file", "FileInputStream.read");

  @Override
  public String title() {
    return "sockets and files on platform threads, with the agent and without";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Path agent = Home.path().resolve("cli/target/app/loomlet-agent.jar");
    if (!Files.isRegularFile(agent)) {
      throw new UnmeasurableException("no " + agent + "; mvn package puts it there");
    }
    Report report =
        new Report(
            "patch",
            "platform threads that know of no loop, in a JVM with -javaagent:loomlet-agent.jar and"
                + " in one without, in turn for "
                + options.seconds().toMillis() / 1000.0
                + " s, "
                + options.rounds()
                + " rounds; nanoseconds each; ratio to the latter in the same round; medians"
                + " (least-greatest).");
    String program = PlainOperations.class.getName();
    try (Dialogue plain = new Dialogue(JavaCommand.plain(program, List.of()));
        Dialogue patched =
            new Dialogue(JavaCommand.plain(program, List.of("-javaagent:" + agent + "=no-main")))) {
      for (String operation : OPERATIONS.keySet().stream().sorted().toList()) {
        progress.accept(operation);
        Rounds rounds =
            new Rounds()
                .add(PLAIN, nanos -> ask(plain, operation, nanos))
                .add(PATCHED, nanos -> ask(patched, operation, nanos));
        rounds.run(options);
        for (String name : rounds.names()) {
          Map<String, Object> cells = Report.cells();
          cells.put("operation", OPERATIONS.getOrDefault(operation, operation));
          cells.put("jdk", name);
          cells.put("ratio", rounds.ratio(name, PLAIN));
          cells.put("ns", rounds.nanos(name));
          report.row(cells);
        }
      }
    }
    return report;
  }

  private static double ask(Dialogue program, String operation, long nanos) throws Exception {
    return Json.number(program.ask(operation + " " + nanos / 1e9), "ns");
  }
}
