package dev.loomlet.cli;

import dev.loomlet.agent.Topic;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    header = "Runs a program, main as a greenlet.",
    description = {
      "As 'java FILE.java', 'java -jar FILE.jar' or 'java -cp PATH CLASS', but main is already a"
          + " greenlet on a loop, so that the program can spawn, sleep and serve at once, and need"
          + " not (and cannot) call Loomlet.run. When main ends, greenlets that are left are"
          + " cancelled.",
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

  @Option(
      names = RunArguments.NO_PATCH,
      description = "leaves the JDK as it is: its blocking input and output may stop the loop")
  boolean noPatch;

  @Option(names = "--no-sockets", description = "leaves sockets, channels and selectors to the JDK")
  boolean noSockets;

  @Option(names = "--no-stdin", description = "leaves standard input to the JDK")
  boolean noStdin;

  @Option(names = "--no-process", description = "leaves the pipes of child processes to the JDK")
  boolean noProcess;

  @Option(
      names = "--no-files",
      description = "leaves files, and streams over pipes and terminals, to the JDK")
  boolean noFiles;

  @Option(names = "--no-names", description = "leaves host names to the JDK")
  boolean noNames;

  @Option(
      names = "--threads",
      description =
          "makes threads, pools and timers that the program starts greenlets, too; the program ends"
              + " when all have ended that are not daemons")
  boolean threads;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "FILE.java, FILE.jar, or with -cp a class")
  String file = "";

  @Parameters(index = "1..*", paramLabel = "ARGS", description = "for the program")
  List<String> args = new ArrayList<>();

  @Override
  public Integer call() {
    return arguments().run(spec.commandLine().getErr());
  }

  private Set<Topic> leftAlone() {
    Set<Topic> left = EnumSet.noneOf(Topic.class);
    Map<Topic, Boolean> options =
        Map.of(
            Topic.SOCKETS, noSockets,
            Topic.STDIN, noStdin,
            Topic.PROCESS, noProcess,
            Topic.FILES, noFiles,
            Topic.NAMES, noNames);
    options.forEach(
        (topic, leave) -> {
          if (leave) {
            left.add(topic);
          }
        });
    return left;
  }

  RunArguments arguments() {
    return new RunArguments(
        engine.name,
        classPath == null ? List.of() : ClassPath.parse(classPath),
        properties,
        noPatch ? null : Patching.allBut(leftAlone(), threads ? Set.of(Topic.THREADS) : Set.of()),
        !noWatch,
        file,
        args);
  }
}
