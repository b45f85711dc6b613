package dev.loomlet.cli;

import dev.loomlet.agent.Topic;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loomlet run}. */
@Command(
    name = "run",
    header = "Runs a program, main as a greenlet.",
    description = {
      "As 'java FILE.java', 'java -jar FILE.jar', 'java -cp PATH CLASS' or 'java -m MODULE', but"
          + " main is already a greenlet on a loop, so that the program can spawn, sleep and serve"
          + " at once, and need not (and cannot) call Loomlet.run. When main ends, greenlets that"
          + " are left are cancelled.",
      "What follows FILE goes to the program as it is; a -- right behind FILE does not."
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

  @Option(
      names = RunArguments.LOOPS,
      paramLabel = "N",
      completionCandidates = LoopCounts.class,
      description =
          "how many loops, each on a thread of its own; auto: one for each processor. main runs on"
              + " the first one; virtual threads that the program starts go to all in turn.")
  @Nullable String loops;

  @Option(
      names = RunArguments.POLICY,
      paramLabel = "NAME",
      completionCandidates = PolicyChoice.Names.class,
      description =
          "who decides which ready greenlet runs next: ${COMPLETION-CANDIDATES}; a seed may follow"
              + " some, as in random:42")
  @Nullable String policy;

  @Option(
      names = RunArguments.STATS,
      description = "prints figures of each loop to standard error when the program ends")
  boolean stats;

  @Option(
      names = RunArguments.NO_CACHE,
      description = "compiles the program even if it has not changed, and keeps nothing")
  boolean noCache;

  @Option(
      names = {RunArguments.MODULE_PATH_SHORT, RunArguments.MODULE_PATH},
      paramLabel = "PATH",
      description = "where the program's modules are")
  @Nullable String modulePath;

  @Option(
      names = {RunArguments.MODULE_SHORT, RunArguments.MODULE},
      paramLabel = "MODULE[/CLASS]",
      description = "runs a module of the module path instead of FILE; the last option")
  @Nullable String module;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "FILE.java, FILE.jar, or with -cp a class")
  @Nullable String file;

  @Parameters(
      index = "1..*",
      paramLabel = "ARGS",
      description = "for the program, behind -- or without")
  List<String> args = new ArrayList<>();

  /** For shell completion. */
  static final class LoopCounts implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of(LoopCount.AUTO, "2", "4").iterator();
    }
  }

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

  private Set<String> flags() {
    Set<String> flags = new HashSet<>();
    Map<String, Boolean> options =
        Map.of(
            RunArguments.NO_WATCH, noWatch,
            RunArguments.NO_PATCH, noPatch,
            RunArguments.NO_CACHE, noCache,
            RunArguments.STATS, stats);
    options.forEach(
        (flag, given) -> {
          if (given) {
            flags.add(flag);
          }
        });
    return flags;
  }

  RunArguments arguments() {
    Map<String, String> values = new LinkedHashMap<>();
    put(values, RunArguments.ENGINE, engine.name);
    put(values, RunArguments.LOOPS, loops);
    put(values, RunArguments.POLICY, policy);
    put(values, RunArguments.CLASS_PATH, classPath);
    put(values, RunArguments.MODULE_PATH, modulePath);
    put(values, RunArguments.MODULE, module);
    List<String> rest = new ArrayList<>();
    if (file != null) {
      rest.add(file);
    } else if (module == null) {
      throw new ParameterException(
          spec.commandLine(), "missing required parameter: 'FILE', or -m and a module");
    }
    rest.addAll(args);
    Set<Topic> more = threads ? Set.of(Topic.THREADS) : Set.of();
    return RunArguments.of(values, properties, flags(), Patching.allBut(leftAlone(), more), rest);
  }

  private static void put(Map<String, String> values, String option, @Nullable String value) {
    if (value != null) {
      values.put(option, value);
    }
  }
}
