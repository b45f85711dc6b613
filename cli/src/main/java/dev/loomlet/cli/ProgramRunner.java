package dev.loomlet.cli;

import dev.loomlet.LoopOptions;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.cli.source.ProgramFault;
import dev.loomlet.cli.source.SourceFile;
import dev.loomlet.cli.source.SourceProgram;
import dev.loomlet.diagnose.Watch;
import dev.loomlet.diagnose.WatchOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Compiles and runs a program for a subcommand. */
final class ProgramRunner {
  private ProgramRunner() {}

  /**
   * Runs a program in this JVM.
   *
   * @param engine its name, or null for no choice
   * @param watch whether deadlocks, hogs and stalled loops are looked for, and warned of on
   *     standard error
   * @param err gets the compiler's messages
   * @return an exit code
   * @throws UncaughtInProgram if the program throws
   */
  static int run(
      String file,
      List<Path> classPath,
      @Nullable String engine,
      boolean watch,
      List<String> args,
      PrintWriter err) {
    SourceFile source = SourceFile.read(file);
    // Binding to the kernel's calls takes a while, which another processor can spend meanwhile.
    FutureTask<LoopOptions> options = new FutureTask<>(() -> EngineChoice.apply(engine));
    Thread.ofPlatform().daemon().name("loomlet start").start(options);
    if (engine != null) {
      // It may be misspelt, and then should not have to wait for the compiler.
      result(options);
    }
    WatchOptions watchOptions = watch || Boolean.getBoolean(Watch.PROPERTY) ? watchOptions() : null;
    SourceProgram program;
    try {
      program = SourceProgram.compile(source, classPath, err);
    } catch (ProgramFault e) {
      err.println(e.getMessage());
      return ExitCode.FAILED;
    }
    LoopOptions parts = result(options);
    // With the property the loop starts one by itself, and two would warn of everything twice.
    Watch watching =
        watchOptions == null || Boolean.getBoolean(Watch.PROPERTY)
            ? null
            : Watch.start(watchOptions);
    try {
      program.run(parts, args);
      return ExitCode.OK;
    } catch (Throwable e) {
      throw new UncaughtInProgram(e);
    } finally {
      if (watching != null) {
        watching.close();
      }
    }
  }

  private static WatchOptions watchOptions() {
    try {
      return WatchOptions.printing(System.err);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
  }

  private static LoopOptions result(FutureTask<LoopOptions> options) {
    try {
      return options.get();
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
