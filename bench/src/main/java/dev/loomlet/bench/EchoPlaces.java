package dev.loomlet.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who runs where in a comparison of echo servers, and by what they are loaded: the servers on one
 * processor, the load generators on another where there are two.
 *
 * @param natives folder with the programs in C; null without a compiler
 * @param withoutC why there is no compiler; empty if there is one
 * @param serverProcessor its number
 * @param loadProcessor its number
 */
record EchoPlaces(@Nullable Path natives, String withoutC, int serverProcessor, int loadProcessor) {

  static EchoPlaces here() {
    Path natives = null;
    String withoutC = "";
    try {
      natives = Natives.build();
    } catch (UnmeasurableException e) {
      withoutC = Objects.requireNonNull(e.getMessage());
    }
    List<Integer> processors = Machine.processors();
    int server = processors.isEmpty() ? 0 : processors.getFirst();
    int load = processors.size() < 2 ? server : processors.get(1);
    return new EchoPlaces(natives, withoutC, server, load);
  }

  /** What the reader has to know of it. */
  void note(Report report) {
    if (natives == null) {
      report.missing("load generator in C", withoutC + "; one in Java stands in");
    }
    if (serverProcessor == loadProcessor) {
      report.note("with a single processor the load generator disturbs the servers");
    }
  }

  List<String> forServer(List<String> command) {
    return JavaCommand.pinned(serverProcessor, command);
  }

  List<String> forLoad(List<String> command) {
    return JavaCommand.pinned(loadProcessor, command);
  }

  /** The load generator's command line. */
  List<String> load() {
    List<String> command =
        natives == null
            // Not on the engine that the environment may name: the servers are what is compared.
            ? JavaCommand.of(EchoLoad.class.getName(), List.of("-Dloomlet.engine=auto"))
            : List.of(natives.resolve("load").toString(), "--control");
    return forLoad(command);
  }
}
