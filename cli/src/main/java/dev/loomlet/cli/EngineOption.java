package dev.loomlet.cli;

import dev.loomlet.engine.Engines;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --engine} of whatever runs a loop. */
final class EngineOption {
  @Option(
      names = RunArguments.ENGINE,
      paramLabel = "NAME",
      completionCandidates = Names.class,
      description =
          "how to do I/O: auto, or a name that 'loomlet doctor' shows. Otherwise the system"
              + " property loomlet.engine or the variable LOOMLET_ENGINE decides.")
  @Nullable String name;

  /** For shell completion. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.concat(Stream.of(Engines.AUTO), Engines.all().stream().map(Engines.Info::name))
          .iterator();
    }
  }
}
