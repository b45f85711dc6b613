package dev.loomlet.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loomlet run}. */
@Command(
    name = "run",
    header = "Runs a program from its source file, main as a greenlet.",
    description = {
      "As 'java FILE.java', but main is already a greenlet on a loop, so that the program can"
          + " spawn, sleep and serve at once, and need not (and cannot) call Loomlet.run. When main"
          + " ends, greenlets that are left are cancelled.",
      "What follows FILE goes to the program as it is."
    })
final class RunCommand implements Callable<Integer> {
  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();

  @Mixin final EngineOption engine = new EngineOption();

  @Option(
      names = {RunArguments.CLASS_PATH_SHORT, RunArguments.CLASS_PATH},
      paramLabel = "PATH",
      description = "where the program's libraries are; FOLDER/* stands for all jars in a folder")
  @Nullable String classPath;

  @Option(
      names = RunArguments.PROPERTY,
      paramLabel = "KEY=VALUE",
      mapFallbackValue = "",
      description = "sets a system property")
  Map<String, String> properties = new LinkedHashMap<>();

  @Option(
      names = RunArguments.NO_WATCH,
      description =
          "does not look for deadlocks, for greenlets that keep their loop from others, and for"
              + " loops that wait for what can never come")
  boolean noWatch;

  @Parameters(index = "0", paramLabel = "FILE.java", description = "the program")
  String file = "";

  @Parameters(index = "1..*", paramLabel = "ARGS", description = "for the program")
  List<String> args = new ArrayList<>();

  @Override
  public Integer call() {
    return arguments().run(spec.commandLine().getErr());
  }

  RunArguments arguments() {
    return new RunArguments(
        engine.name,
        classPath == null ? List.of() : ClassPath.parse(classPath),
        properties,
        !noWatch,
        file,
        args);
  }
}
