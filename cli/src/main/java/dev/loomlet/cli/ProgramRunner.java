package dev.loomlet.cli;

import dev.loomlet.LoopOptions;
import dev.loomlet.agent.Spread;
import dev.loomlet.agent.program.Program;
import dev.loomlet.agent.program.ProgramFault;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.diagnose.Watch;
import dev.loomlet.diagnose.WatchOptions;
import dev.loomlet.process.ProcessReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;

/** Finds or compiles a program, and runs it, for a subcommand. */
final class ProgramRunner {
  private static final String MAIN_LOOP = "loop-main";

  private ProgramRunner() {}

  /**
   * Runs a program in this JVM.
   *
   * @param err gets the compiler's messages
   * @return an exit code
   * @throws UncaughtInProgram if the program throws
   */
  static int run(RunArguments wanted, PrintWriter err) {
    UnaryOperator<LoopOptions> scheduled = PolicyChoice.parse(wanted.policy());
    ProgramChoice.Loader loader = wanted.program().find(err);
    // Binding to the kernel's calls takes a while, which another processor can spend meanwhile.
    FutureTask<LoopOptions> options = new FutureTask<>(() -> EngineChoice.apply(wanted.engine()));
    FutureTask<List<String>> patching = new FutureTask<>(() -> Patching.install(wanted.patch()));
    Thread.ofPlatform().daemon().name("loomlet start").start(options);
    Thread.ofPlatform().daemon().name("loomlet patch").start(patching);
    if (wanted.engine() != null) {
      // It may be misspelt, and then should not have to wait for the compiler.
      result(options);
    }
    WatchOptions watchOptions =
        wanted.watch() || Boolean.getBoolean(Watch.PROPERTY) ? watchOptions() : null;
    Program ready;
    try {
      ready = loader.load();
    } catch (ProgramFault e) {
      err.println(e.getMessage());
      return ExitCode.FAILED;
    }
    ProcessReport.announce(wanted.program().shortName());
    LoopOptions parts = scheduled.apply(result(options));
    for (String sentence : result(patching)) {
      err.println("loomlet: " + sentence);
    }
    // With the property the loop starts one by itself, and two would warn of everything twice.
    Watch watching =
        watchOptions == null || Boolean.getBoolean(Watch.PROPERTY)
            ? null
            : Watch.start(watchOptions);
    FiguresAtEnd figures = wanted.stats() ? new FiguresAtEnd(err) : null;
    UnaryOperator<LoopOptions> counted =
        figures == null ? UnaryOperator.identity() : figures.statistics()::count;
    LoopOptions first = counted.apply(parts.withName(MAIN_LOOP));
    try (MoreLoops _ = MoreLoops.start(wanted.loops(), parts, counted)) {
      run(ready, first, wanted);
      return ExitCode.OK;
    } finally {
      if (watching != null) {
        watching.close();
      }
      if (figures != null) {
        figures.print();
      }
    }
  }

  private static void run(Program program, LoopOptions options, RunArguments wanted) {
    boolean spread = wanted.loops() > 1;
    Runnable nothing = () -> {};
    try {
      program.run(
          options,
          wanted.programArguments(),
          spread ? Spread::join : nothing,
          spread ? Spread::leave : nothing);
    } catch (Throwable e) {
      throw new UncaughtInProgram(e);
    }
  }

  private static WatchOptions watchOptions() {
    try {
      return WatchOptions.printing(System.err);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
  }

  private static <T> T result(FutureTask<T> task) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted before the program began", e);
    }
  }
}
