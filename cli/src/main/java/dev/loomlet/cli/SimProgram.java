package dev.loomlet.cli;

import dev.loomlet.agent.Patch;
import dev.loomlet.agent.Topic;
import dev.loomlet.agent.program.Program;
import dev.loomlet.agent.program.ProgramFault;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.sim.SimMain;
import dev.loomlet.sim.SimOptions;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is simulated, as arguments of several subcommands. */
final class SimProgram {
  @Option(
      names = {RunArguments.CLASS_PATH_SHORT, RunArguments.CLASS_PATH},
      paramLabel = "PATH",
      description = "where the program and its libraries are")
  @Nullable String classPath;

  @Option(
      names = "--options",
      paramLabel = "OPTIONS",
      defaultValue = "",
      description =
          "as a failure prints them, such as schedule=pct:3:1000,swarm=all,timeLimit=PT5M")
  String options = "";

  @Option(
      names = RunArguments.NO_PATCH,
      description =
          "leaves the JDK as it is: Thread.sleep, System.nanoTime, Random and threads are the"
              + " machine's")
  boolean noPatch;

  @Parameters(
      index = "0",
      paramLabel = "PROGRAM",
      description =
          "FILE.java, FILE.jar, or with -cp a class; its main runs in the simulation, and gets it"
              + " by Simulation.current()")
  String file = "";

  @Parameters(index = "1..*", paramLabel = "ARGS", description = "for the program")
  List<String> args = new ArrayList<>();

  SimOptions simOptions() {
    try {
      return SimOptions.parse(options);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Compiles or finds it.
   *
   * @param err gets the compiler's messages
   */
  SimMain load(PrintWriter err) {
    // Says what is wrong with the JVM, if anything is.
    EngineChoice.apply(null);
    if (!noPatch) {
      patch(err);
    }
    Program program = find(err);
    return _ -> call(program);
  }

  /**
   * Compiles or finds it, without making anything ready for it to run.
   *
   * @param err gets the compiler's messages
   */
  Program find(PrintWriter err) {
    try {
      return ProgramChoice.of(file, ClassPath.parse(classPath)).find(err).load();
    } catch (ProgramFault e) {
      throw CommandFailure.failed(String.valueOf(e.getMessage()));
    }
  }

  /** Before the program is loaded, whose own classes are changed, too. */
  private static void patch(PrintWriter err) {
    Set<Topic> more = Set.of(Topic.THREADS);
    // Of what is refused there, nothing need be made cooperative.
    Set<Topic> left = Set.of(Topic.STDIN, Topic.PROCESS, Topic.FILES);
    for (String each : Patching.install(Patching.allBut(left, more))) {
      err.println("loomlet: " + each);
    }
    try {
      Patch.simulate();
    } catch (IllegalStateException e) {
      throw CommandFailure.missing(String.valueOf(e.getMessage()));
    }
  }

  private void call(Program program) throws Exception {
    try {
      program.call(args);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same, for another process. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (classPath != null) {
      arguments.add(RunArguments.CLASS_PATH);
      arguments.add(classPath);
    }
    if (!options.isEmpty()) {
      arguments.add("--options");
      arguments.add(options);
    }
    if (noPatch) {
      arguments.add(RunArguments.NO_PATCH);
    }
    arguments.add(file);
    arguments.addAll(args);
    return arguments;
  }
}
