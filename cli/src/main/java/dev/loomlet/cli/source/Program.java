package dev.loomlet.cli.source;

import dev.loomlet.Cancelled;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.agent.Patch;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A program that can be run. */
public final class Program {
  private final ClassLoader loader;
  private final MethodHandle main;

  Program(ClassLoader loader, MethodHandle main) {
    this.loader = loader;
    this.main = main;
  }

  /**
   * Runs it on a loop of the calling thread, {@code main} as the greenlet of that name, until that
   * has ended, and those of its threads that became greenlets and are not daemons. Greenlets that
   * are left then are cancelled.
   *
   * @param options what the loop is made of
   * @throws Throwable what the program throws, with a stack trace that ends with {@code main}
   */
  public void run(LoopOptions options, List<String> arguments) throws Throwable {
    Thread.currentThread().setContextClassLoader(loader);
    String[] args = arguments.toArray(String[]::new);
    Throwable thrown =
        Loomlet.run(
            options,
            () -> {
              Throwable error = invoke(args);
              if (error == null) {
                Patch.awaitThreads();
              }
              return error;
            });
    if (thrown != null) {
      throw thrown;
    }
  }

  /** Must stay the only method of this class that calls {@code main}: traces are cut at it. */
  private @Nullable Throwable invoke(String[] args) {
    try {
      main.invokeExact(args);
      return null;
    } catch (Throwable e) {
      StackTraces.cutAt(Program.class.getName(), e);
      if (e instanceof Cancelled cancelled) {
        // So that the loop sees that it ends by a cancellation, of which Ctrl-C tells nobody.
        throw cancelled;
      }
      return e;
    }
  }
}
